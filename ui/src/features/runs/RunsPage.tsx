import { Button, Group, Paper, SegmentedControl, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { runsQuery } from "../../api/queries";
import { plural, toExact } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { useNow } from "../../components/useNow";
import { ChoosableRuns } from "./ChoosableRuns";
import { RunFilterBar } from "./RunFilterBar";
import {
  DAY_SECONDS,
  isNarrowed,
  neighbourSpan,
  readRunFilters,
  spanOf,
  toOverlapRequest,
  toRunRequest,
  type RunFilters,
} from "./runFilters";
import { RunTimeline } from "./RunTimeline";
import type { Grouping } from "./timeline";

const VIEWS = [
  { value: "list", label: "List" },
  { value: "asset", label: "By asset" },
  { value: "location", label: "By location" },
];
const MOST_DRAWN = 1_000;

/** All runs, newest first, as a list or over time. The address holds what is chosen. */
export function RunsPage() {
  const { fields, set } = useAddressFields();
  const view = fields.get("view");
  const filters = readRunFilters(fields);
  return (
    <>
      <PageTitle title="Runs">
        <Group gap="md">
          <Link to="/backfills" className="hw-aside">
            Backfills
          </Link>
          <SegmentedControl
            size="xs"
            aria-label="View"
            className="hw-no-print"
            data={VIEWS}
            value={view ?? "list"}
            onChange={(value) => {
              set({ view: value === "list" ? null : value });
            }}
          />
        </Group>
      </PageTitle>
      <RunFilterBar />
      {view === null ? (
        <RunList filters={filters} />
      ) : (
        <RunsOverTime filters={filters} grouping={view === "location" ? "location" : "asset"} />
      )}
    </>
  );
}

function RunList({ filters }: { filters: RunFilters }) {
  const query = useInfiniteQuery(runsQuery(toRunRequest(filters, useNow())));
  return (
    <Loaded query={query} rows={10}>
      {(pages) => {
        const runs = pages.pages.flatMap((page) => page.items);
        if (runs.length === 0) return <NoRuns />;
        return (
          <>
            <Paper>
              <HeldList items={runs} idOf={(run) => run.run_id} noun="run">
                {(shown) => <ChoosableRuns runs={shown} />}
              </HeldList>
            </Paper>
            <MoreButton query={query} />
          </>
        );
      }}
    </Loaded>
  );
}

/** A stretch of time, a day where none is chosen, and the ones before and after it. */
function RunsOverTime({ filters, grouping }: { filters: RunFilters; grouping: Grouping }) {
  const { set } = useAddressFields();
  const now = useNow();
  const chosen =
    filters.since === null && filters.last === null ? { ...filters, last: DAY_SECONDS } : filters;
  const query = useInfiniteQuery(runsQuery(toOverlapRequest(chosen, now), MOST_DRAWN));
  const { begin, end } = spanOf(chosen, now);
  const go = (way: -1 | 1) => {
    const next = neighbourSpan(chosen, now, way);
    set(
      "last" in next
        ? { last: String(next.last), since: null, until: null }
        : { last: null, since: String(next.since), until: String(next.until) },
    );
  };
  return (
    <>
      <Group gap="sm" mb="xs">
        <Button.Group className="hw-no-print">
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              go(-1);
            }}
          >
            Earlier
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={chosen.last !== null}
            onClick={() => {
              go(1);
            }}
          >
            Later
          </Button>
        </Button.Group>
        <Text size="sm" c="dimmed">
          {begin !== null && toExact(begin)} – {chosen.last === null ? toExact(end) : "now"}
        </Text>
      </Group>
      <Loaded query={query} rows={10}>
        {(pages) => {
          const runs = pages.pages.flatMap((page) => page.items);
          if (runs.length === 0) return <NoRuns />;
          return (
            <>
              <Paper>
                <RunTimeline runs={runs} grouping={grouping} begin={begin} end={end} />
              </Paper>
              {query.hasNextPage && (
                <Text size="xs" c="dimmed" mt="xs">
                  The newest {plural(runs.length, "run")} of this time.
                </Text>
              )}
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function NoRuns() {
  const { fields } = useAddressFields();
  if (isNarrowed(fields) || fields.has("view")) {
    return <Empty title="No such runs">Take a filter away, or look at another time.</Empty>;
  }
  return (
    <Empty title="No runs yet">
      A run makes native assets: on demand from an asset&apos;s page, by a sensor or a schedule, or as soon as
      inputs change. In a shell: <code>headwater materialize ASSET</code>.
    </Empty>
  );
}
