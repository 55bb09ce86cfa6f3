import { useState } from "react";

import type { RunView } from "../../api/client";
import { useMay } from "../../components/useMay";
import { RunBulkBar } from "./RunBulkBar";
import { RunTable } from "./RunTable";

/** The list of runs; operators choose some of them, to cancel or to run again together. */
export function ChoosableRuns({ runs }: { runs: readonly RunView[] }) {
  const may = useMay("operate");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  if (!may) return <RunTable runs={runs} />;
  const toggle = (runId: string) => {
    setChosen((before) => {
      const after = new Set(before);
      if (!after.delete(runId)) after.add(runId);
      return after;
    });
  };
  return (
    <>
      <RunBulkBar
        listed={runs.length}
        runs={runs.filter((run) => chosen.has(run.run_id))}
        onAll={() => {
          setChosen(new Set(runs.map((run) => run.run_id)));
        }}
        onClear={() => {
          setChosen(new Set());
        }}
      />
      <RunTable runs={runs} choosing={{ chosen, onToggle: toggle }} />
    </>
  );
}
