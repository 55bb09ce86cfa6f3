import { Paper, ScrollArea, SegmentedControl } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import { runsQuery } from "../../api/queries";
import { HeldList } from "../../components/HeldList";
import { MoreButton } from "../../components/MoreButton";
import { Loaded, PageTitle } from "../../components/states";
import { RunTable } from "./RunTable";

const STATUSES = [
  { value: "", label: "All" },
  { value: "queued", label: "Queued" },
  { value: "started", label: "Running" },
  { value: "success", label: "Success" },
  { value: "failure", label: "Failed" },
  { value: "canceled", label: "Canceled" },
];

/** All runs, newest first. */
export function RunsPage() {
  const [parameters, setParameters] = useSearchParams();
  const status = parameters.get("status");
  const query = useInfiniteQuery(runsQuery(status));
  return (
    <>
      <PageTitle title="Runs">
        <ScrollArea type="never" maw="100%">
          <SegmentedControl
            size="xs"
            aria-label="Status"
            data={STATUSES}
            value={status ?? ""}
            onChange={(value) => {
              setParameters(value ? { status: value } : {}, { replace: true });
            }}
          />
        </ScrollArea>
      </PageTitle>
      <Loaded query={query} rows={10}>
        {(pages) => (
          <>
            <Paper>
              <HeldList
                items={pages.pages.flatMap((page) => page.items)}
                idOf={(run) => run.run_id}
                noun="run"
              >
                {(shown) => <RunTable runs={shown} />}
              </HeldList>
            </Paper>
            <MoreButton query={query} />
          </>
        )}
      </Loaded>
    </>
  );
}
