import "./runs.css";

import { Group, Text } from "@mantine/core";
import type { CSSProperties } from "react";

import type { RunDetail } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { Mark } from "../../components/marks";
import { ErrorBox } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { useNowClosely } from "../../components/useNow";
import { PHASES, secondsLeft, shareOf, toGantt, type GanttRow, type Phase } from "./phases";

const MARKS = 4;
const LEAST_SHARE = 0.006;

/** A run over its time: how long it was in the queue, when each step waited and worked, and how far it is. */
export function RunGantt({ detail }: { detail: RunDetail }) {
  const now = useNowClosely();
  const { begin, end, rows } = toGantt(detail, now);
  const share = (moment: number) => (moment - begin) / (end - begin);
  return (
    <div className="hw-gantt" role="table" aria-label="Steps over time">
      {rows.map((row) => (
        <div key={row.name} role="rowgroup">
          <div role="row" className="hw-gantt-row">
            <Group role="rowheader" gap={8} wrap="nowrap" miw={0}>
              <Mark bare look={RUN_LOOKS[row.status] as Look} />
              <Text size="sm" truncate title={row.name} {...(row.step ? {} : { c: "dimmed" })}>
                {row.name}
              </Text>
            </Group>
            <div role="cell" className="hw-gantt-bars" aria-label={tellPhases(row)}>
              {row.phases.map((phase) => (
                <Bar key={phase.kind} phase={phase} row={row} now={now} share={share} />
              ))}
            </div>
            <Text role="cell" size="xs" c="dimmed" ta="right">
              {lengthText(row, now)}
            </Text>
          </div>
          {row.step?.error && row.status !== "skipped" && (
            <div role="row">
              <div role="cell" style={{ paddingBottom: 8 }}>
                <ErrorBox error={row.step.error} />
              </div>
            </div>
          )}
        </div>
      ))}
      <div className="hw-gantt-row" aria-hidden="true">
        <span />
        <div className="hw-gantt-axis">
          {Array.from({ length: MARKS + 1 }, (_, place) => (
            <span key={place} style={{ left: `${(place / MARKS) * 100}%` }}>
              {toDuration(((end - begin) * place) / MARKS)}
            </span>
          ))}
        </div>
        <span />
      </div>
    </div>
  );
}

function Bar({
  phase,
  row,
  now,
  share,
}: {
  phase: Phase;
  row: GanttRow;
  now: number;
  share: (moment: number) => number;
}) {
  const far = phase.kind === "running" && row.step ? shareOf(row.step, now) : null;
  const width = Math.max(LEAST_SHARE, share(phase.to) - share(phase.from));
  const left = Math.min(share(phase.from), 1 - width);
  return (
    <span
      className="hw-gantt-bar"
      data-phase={phase.kind}
      data-going={far !== null || undefined}
      title={`${PHASES[phase.kind]}: ${toDuration(phase.to - phase.from)}, from ${toExact(phase.from)}`}
      style={
        {
          "--hw-tone": `var(--hw-${RUN_LOOKS[row.status]?.tone ?? "idle"})`,
          left: `${left * 100}%`,
          width: `${width * 100}%`,
        } as CSSProperties
      }
    >
      {far && (
        <span
          role="progressbar"
          aria-label={`How far ${row.name} is`}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={Math.floor(far.share * 100)}
          data-estimate={far.isEstimate || undefined}
          style={{ width: `${far.share * 100}%` }}
        />
      )}
    </span>
  );
}

/** The stretches of a row, for whoever does not see them. */
function tellPhases({ phases, status }: GanttRow): string {
  if (phases.length === 0) return RUN_LOOKS[status]?.label ?? status;
  return phases.map((phase) => `${PHASES[phase.kind]} ${toDuration(phase.to - phase.from)}`).join(", then ");
}

/** How long a step took; of one under way how far it is, and how long it will still take. */
function lengthText(row: GanttRow, now: number): string {
  const { step, phases } = row;
  if (step === null) {
    const [only] = phases;
    return only?.kind === "queued" ? toDuration(only.to - only.from) : "";
  }
  if (step.status === "skipped") return "skipped";
  if (step.started_at !== null && step.ended_at !== null) return toDuration(step.ended_at - step.started_at);
  if (step.waiting_for) return `waits for ${step.waiting_for}`;
  const far = shareOf(step, now);
  if (far === null) return step.progress?.text ?? "";
  const left = secondsLeft(step, now);
  const share = `${far.isEstimate ? "about " : ""}${Math.floor(far.share * 100)} %`;
  const more = step.progress?.text ?? (left === null ? "" : `${toDuration(Math.ceil(left))} left`);
  return [share, more].filter((each) => each !== "").join(", ");
}
