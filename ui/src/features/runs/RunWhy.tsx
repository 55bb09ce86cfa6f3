import "./runs.css";

import { Anchor, Group, List, Stack, Text } from "@mantine/core";
import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { RunView, Schemas } from "../../api/client";
import { eventQuery, runWhyQuery } from "../../api/queries";
import { ConditionTree } from "../../components/ConditionTree";
import { EventList } from "../../components/EventList";
import { plural } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { Loaded, Section } from "../../components/states";

const FIRST_EVENTS = 5;
const FIRST_ASSETS = 5;

/** Why a run was requested: what did it, the events that led to it, and each asset's condition as it stood then. */
export function RunWhy({ run }: { run: RunView }) {
  const query = useQuery(runWhyQuery(run.run_id));
  return (
    <Section title="Why this run">
      <Loaded query={query} rows={2}>
        {(why) => (
          <Stack gap="sm">
            <Group gap="md">
              <Text size="sm" fw={550} className="hw-sentence">
                {why.answer}
              </Text>
              <CauseLink run={run} />
            </Group>
            {why.assets.length > 0 && (
              <div className="hw-reasons">
                {why.assets.slice(0, FIRST_ASSETS).map((each) => (
                  <Reason key={each.key} reason={each} isOnly={why.assets.length === 1} />
                ))}
              </div>
            )}
            {why.assets.length > FIRST_ASSETS && (
              <Text size="sm" c="dimmed">
                and {plural(why.assets.length - FIRST_ASSETS, "more asset")} with conditions of their own
              </Text>
            )}
            {(run.joined ?? []).length > 0 && (
              <Text size="sm" c="dimmed">
                Requested {plural((run.joined ?? []).length, "more time")} while it waited; it served those
                too.
              </Text>
            )}
            <CausingEvents seqs={why.events} />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

function Reason({ reason, isOnly }: { reason: Schemas["RunReason"]; isOnly: boolean }) {
  return (
    <div>
      {!isOnly && !reason.job && <AssetLink assetKey={reason.key} />}
      {reason.job && (
        <div>
          The job <Link to={`/jobs/${encodeURIComponent(reason.job)}`}>{reason.job}</Link>
        </div>
      )}
      {reason.check !== null && <div>The check {reason.check}</div>}
      {reason.reasons.length > 0 && (
        <List size="sm">
          {reason.reasons.map((each) => (
            <List.Item key={each}>{each}</List.Item>
          ))}
        </List>
      )}
      {reason.tree && (
        <details>
          <summary>The condition as it stood then</summary>
          <ConditionTree node={reason.tree} />
        </details>
      )}
    </div>
  );
}

function CausingEvents({ seqs }: { seqs: readonly number[] }) {
  const found = useQueries({ queries: seqs.slice(0, FIRST_EVENTS).map(eventQuery) });
  const events = found.flatMap((each) => (each.data ? [each.data] : []));
  if (events.length === 0) return null;
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {seqs.length === 1 ? "The event that led to it" : "The events that led to it"}
      </Text>
      <EventList events={events} news />
      {seqs.length > FIRST_EVENTS && (
        <Text size="sm" c="dimmed" mt={4}>
          and {plural(seqs.length - FIRST_EVENTS, "more event")}
        </Text>
      )}
    </div>
  );
}

const PAGES: Record<string, { path: string; word: string }> = {
  sensor: { path: "/sensors", word: "Open the sensor" },
  schedule: { path: "/schedules", word: "Open the schedule" },
  backfill: { path: "/backfills", word: "Open the backfill" },
};

/** The page of what asked for a run, where it has one. */
function CauseLink({ run }: { run: RunView }) {
  const page = PAGES[run.cause.kind];
  if (!page || run.cause.name === null) return null;
  return (
    <Anchor component={Link} size="sm" to={`${page.path}/${encodeURIComponent(run.cause.name)}`}>
      {page.word}
    </Anchor>
  );
}
