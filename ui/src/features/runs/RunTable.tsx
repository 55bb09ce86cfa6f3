import "./runs.css";

import { Checkbox, Text } from "@mantine/core";
import { Link } from "react-router";

import type { RunView } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { Empty } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";

/** Runs, one a line. */
export function RunTable({
  runs,
  compact = false,
  naming = runText,
  choosing,
}: {
  runs: readonly RunView[];
  compact?: boolean;
  /** What a run is called by. */
  naming?: (run: RunView) => string;
  /** Which are chosen, where some can be. */
  choosing?: { readonly chosen: ReadonlySet<string>; readonly onToggle: (runId: string) => void };
}) {
  if (runs.length === 0) {
    return (
      <Empty title="No runs yet">
        A run makes native assets: on demand, by a sensor, or as soon as inputs change.
      </Empty>
    );
  }
  return (
    <div role="table" aria-label="Runs">
      {runs.map((run) => (
        <div
          role="row"
          key={run.run_id}
          className="hw-row hw-run-row"
          data-compact={compact || undefined}
          data-choosable={choosing !== undefined || undefined}
        >
          {choosing && (
            <span role="cell" data-part="choice">
              <Checkbox
                size="xs"
                aria-label={`Choose the run of ${naming(run)}, ${toExact(run.created_at)}`}
                checked={choosing.chosen.has(run.run_id)}
                onChange={() => {
                  choosing.onToggle(run.run_id);
                }}
              />
            </span>
          )}
          <span role="cell">
            <Mark look={RUN_LOOKS[run.status] as Look} />
          </span>
          <span role="cell" className="hw-cell" data-part="name" title={run.assets.join(", ")}>
            <Link className="hw-link" to={`/runs/${run.run_id}`}>
              <Text size="sm" fw={550} truncate>
                {naming(run)}
              </Text>
            </Link>
          </span>
          {!compact && (
            <span role="cell" className="hw-cell" data-part="cause">
              <Text size="sm" c="dimmed" truncate>
                {causeText(run)}
              </Text>
            </span>
          )}
          <span role="cell">
            <Text size="sm" c="dimmed">
              <Moment at={run.created_at} />
            </Text>
          </span>
          {!compact && (
            <span role="cell">
              <Text size="sm" c="dimmed" ta="right">
                {run.started_at !== null && run.ended_at !== null
                  ? toDuration(run.ended_at - run.started_at)
                  : ""}
              </Text>
            </span>
          )}
        </div>
      ))}
    </div>
  );
}

function runText(run: RunView): string {
  const partitions = partitionText(run);
  return run.assets.join(", ") + (partitions === null ? "" : ` · ${partitions}`);
}

/** Which partitions a run makes; null where its assets have none. */
export function partitionText(run: RunView): string | null {
  const range = run.partition_range;
  return range === null ? run.partition : `${range.first} … ${range.last} (${range.count})`;
}

/** Why a run or a backfill was requested, in words. */
export function causeText({ cause }: Pick<RunView, "cause">): string {
  const { kind, name, reason } = cause;
  if (kind === "automation") return reason ?? "By its condition";
  if (kind === "sensor") return `Sensor ${name ?? ""}`;
  if (kind === "schedule") return `Schedule ${name ?? ""}`;
  if (kind === "backfill") return `Backfill ${name ?? ""}`;
  if (kind === "app") return name === null ? "By hand, in the app" : `By ${name}, in the app`;
  if (kind === "cli") return "By hand, in a shell";
  if (kind === "api") return name === null ? "By a call of the API" : `By a call of the API, with ${name}`;
  return kind;
}
