import { Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import type { RunView } from "../../api/client";
import { toDuration } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { Empty } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";

const COLUMNS = "104px minmax(160px, 2fr) minmax(140px, 1.6fr) 84px 88px";
const COMPACT = "100px minmax(120px, 1fr) 84px";

/** Runs, one a line. */
export function RunTable({
  runs,
  compact = false,
  naming = runText,
}: {
  runs: readonly RunView[];
  compact?: boolean;
  /** What a run is called by. */
  naming?: (run: RunView) => string;
}) {
  if (runs.length === 0) {
    return (
      <Empty title="No runs yet">
        A run makes native assets: on demand, by a sensor, or as soon as inputs change.
      </Empty>
    );
  }
  const columns = compact ? COMPACT : COLUMNS;
  return (
    <div role="table" aria-label="Runs" style={{ overflowX: "auto" }}>
      {runs.map((run) => (
        <div
          role="row"
          key={run.run_id}
          className="hw-row"
          style={{ gridTemplateColumns: columns, minHeight: 44, minWidth: compact ? undefined : 640 }}
        >
          <span role="cell">
            <Mark look={RUN_LOOKS[run.status] as Look} />
          </span>
          <span role="cell" className="hw-cell" title={run.assets.join(", ")}>
            <Link className="hw-link" to={`/runs/${run.run_id}`}>
              <Text size="sm" fw={550} truncate>
                {naming(run)}
              </Text>
            </Link>
          </span>
          {!compact && (
            <span role="cell" className="hw-cell">
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
  if (kind === "app") return "By hand, in the app";
  if (kind === "cli") return "By hand, in a shell";
  return kind;
}

export function RunCause({ run }: { run: RunView }) {
  return (
    <Stack gap={2}>
      <Text size="sm">{causeText(run)}</Text>
      <Group gap={6}>
        {run.cause.kind === "sensor" && run.cause.name !== null && (
          <Link to={`/sensors/${encodeURIComponent(run.cause.name)}`}>Open the sensor</Link>
        )}
        {run.cause.kind === "schedule" && run.cause.name !== null && (
          <Link to={`/schedules/${encodeURIComponent(run.cause.name)}`}>Open the schedule</Link>
        )}
        {run.cause.kind === "backfill" && run.cause.name !== null && (
          <Link to={`/backfills/${encodeURIComponent(run.cause.name)}`}>Open the backfill</Link>
        )}
        {run.cause.events.length > 0 && (
          <Text size="xs" c="dimmed">
            because of event{run.cause.events.length > 1 ? "s" : ""} {run.cause.events.join(", ")}
          </Text>
        )}
      </Group>
    </Stack>
  );
}
