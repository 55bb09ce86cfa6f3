import "./runs.css";

import { Text } from "@mantine/core";
import type { CSSProperties } from "react";
import { Link } from "react-router";

import type { RunView } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { RUN_LOOKS } from "../../components/status";
import { useNow } from "../../components/useNow";
import { TimeAxis } from "./TimeAxis";
import { toTimeline, type Grouping } from "./timeline";

const MOST_LINES = 60;
const LEAST_SHARE = 0.004;

/** Runs as bars over time, a line for each asset or location. */
export function RunTimeline({
  runs,
  grouping,
  begin: from,
  end: until,
}: {
  runs: readonly RunView[];
  grouping: Grouping;
  /** The first moment shown; that of the first run where it is null. */
  begin: number | null;
  end: number;
}) {
  const now = useNow();
  const { begin, end, lines } = toTimeline(runs, grouping, now, { begin: from, end: until });
  const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
  return (
    <div className="hw-timeline" role="group" aria-label={`Runs by ${grouping}`}>
      {lines.slice(0, MOST_LINES).map((line) => (
        <div key={line.name} className="hw-timeline-line">
          <Text size="sm" truncate title={line.name}>
            {line.name}
          </Text>
          <div>
            {line.bars.map(({ run, from, to }) => (
              <Link
                key={run.run_id}
                to={`/runs/${run.run_id}`}
                className="hw-bar"
                aria-label={`${RUN_LOOKS[run.status]?.label ?? run.status}, ${toExact(run.created_at)}, ${run.assets.join(", ")}`}
                title={titleOf(run)}
                style={
                  {
                    "--hw-tone": `var(--hw-${RUN_LOOKS[run.status]?.tone ?? "idle"})`,
                    // However narrow the line is, what has just begun stays within it.
                    left: `min(${percent(from)}, 100% - 7px)`,
                    width: percent(Math.max(LEAST_SHARE, to - from)),
                  } as CSSProperties
                }
              />
            ))}
          </div>
        </div>
      ))}
      <TimeAxis begin={begin} end={end} />
      {lines.length > MOST_LINES && (
        <Text size="xs" c="dimmed">
          and {lines.length - MOST_LINES} more
        </Text>
      )}
    </div>
  );
}

function titleOf(run: RunView): string {
  const took =
    run.started_at !== null && run.ended_at !== null ? `, ${toDuration(run.ended_at - run.started_at)}` : "";
  return `${RUN_LOOKS[run.status]?.label ?? run.status}${took}: ${run.assets.join(", ")}`;
}
