import { Group, Paper, ScrollArea, SegmentedControl, Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link, useSearchParams } from "react-router";

import { assetsQuery, runsQuery } from "../../api/queries";
import { HeldList } from "../../components/HeldList";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { RunTable } from "./RunTable";
import { RunTimeline } from "./RunTimeline";

const STATUSES = [
  { value: "", label: "All" },
  { value: "queued", label: "Queued" },
  { value: "started", label: "Running" },
  { value: "success", label: "Success" },
  { value: "failure", label: "Failed" },
  { value: "canceled", label: "Canceled" },
];
const VIEWS = [
  { value: "list", label: "List" },
  { value: "asset", label: "By asset" },
  { value: "location", label: "By location" },
];

/** All runs, newest first, as a list or over time. The address holds what is chosen. */
export function RunsPage() {
  const [parameters, setParameters] = useSearchParams();
  const status = parameters.get("status");
  const asset = parameters.get("asset");
  const view = parameters.get("view") ?? "list";
  const query = useInfiniteQuery(runsQuery(status, asset));
  const assets = useQuery(assetsQuery).data?.items;
  const keys = useMemo(
    () => (assets ?? []).filter((row) => row.kind === "native").map((row) => row.key),
    [assets],
  );
  const set = (name: string, value: string | null) => {
    setParameters(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  };
  return (
    <>
      <PageTitle title="Runs">
        <Link to="/backfills">Backfills</Link>
      </PageTitle>
      <Group mb="md" gap="sm" className="hw-no-print">
        <Select
          aria-label="Of an asset"
          placeholder="Of any asset"
          size="xs"
          w={240}
          searchable
          clearable
          limit={40}
          data={keys}
          value={asset}
          onChange={(value) => {
            set("asset", value);
          }}
        />
        <ScrollArea type="never" maw="100%">
          <SegmentedControl
            size="xs"
            aria-label="Status"
            data={STATUSES}
            value={status ?? ""}
            onChange={(value) => {
              set("status", value);
            }}
          />
        </ScrollArea>
        <SegmentedControl
          size="xs"
          aria-label="View"
          data={VIEWS}
          value={view}
          onChange={(value) => {
            set("view", value === "list" ? null : value);
          }}
        />
      </Group>
      <Loaded query={query} rows={10}>
        {(pages) => {
          const runs = pages.pages.flatMap((page) => page.items);
          if (runs.length === 0 && (status !== null || asset !== null)) {
            return <Empty title="No such runs">Take a filter away.</Empty>;
          }
          return (
            <>
              <Paper>
                {view === "list" || runs.length === 0 ? (
                  <HeldList items={runs} idOf={(run) => run.run_id} noun="run">
                    {(shown) => <RunTable runs={shown} />}
                  </HeldList>
                ) : (
                  <RunTimeline runs={runs} grouping={view === "location" ? "location" : "asset"} />
                )}
              </Paper>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}
