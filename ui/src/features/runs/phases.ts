import type { RunDetail, StepView } from "../../api/client";

export type PhaseKind = "queued" | "waiting" | "starting" | "running";

/** A stretch of a run or of a step, in seconds since the epoch. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly from: number;
  readonly to: number;
}

export interface GanttRow {
  readonly name: string;
  /** The step; null for the run's own time in the queue, and for what no step has begun yet. */
  readonly step: StepView | null;
  readonly status: string;
  readonly phases: readonly Phase[];
}

export interface Gantt {
  readonly begin: number;
  readonly end: number;
  readonly rows: readonly GanttRow[];
}

export const PHASES: Record<PhaseKind, string> = {
  queued: "In the queue",
  waiting: "Waits for its turn",
  starting: "Its process starts",
  running: "Works",
};

/** Shorter stretches before the work are not worth a mark. */
const LEAST_SECONDS = 0.001;

/** A run as rows over its time: the queue first, then each step, then what no step has begun yet. */
export function toGantt({ run, steps }: RunDetail, now: number): Gantt {
  const begin = run.created_at;
  const reached = run.ended_at ?? Math.max(now, run.started_at ?? 0, lastMoment(steps));
  const end = Math.max(reached, begin + LEAST_SECONDS);
  const began = run.started_at ?? end;
  const rows: GanttRow[] = [];
  if (began - begin > (end - begin) / 100 || run.started_at === null) {
    rows.push({ name: "Queue", step: null, status: "queued", phases: [phase("queued", begin, began)] });
  }
  for (const step of steps) {
    rows.push({ name: step.name, step, status: step.status, phases: phasesOf(step, began, end) });
  }
  if (run.ended_at === null) {
    const known = new Set(steps.flatMap((step) => step.assets));
    for (const key of run.assets.filter((each) => !known.has(each))) {
      const phases = run.started_at === null ? [] : [phase("waiting", began, end)];
      rows.push({ name: key, step: null, status: "waiting", phases });
    }
  }
  return { begin, end, rows };
}

/** What happened last, which may be after the page's clock was looked at. */
function lastMoment(steps: readonly StepView[]): number {
  const moments = steps.flatMap((step) => [
    step.ready_at ?? 0,
    step.started_at ?? 0,
    step.process_started_at ?? 0,
    step.ended_at ?? 0,
  ]);
  return Math.max(0, ...moments);
}

function phasesOf(step: StepView, began: number, end: number): Phase[] {
  if (step.status === "skipped") return [];
  if (step.status === "waiting") return [phase("waiting", began, end)];
  const from = step.started_at ?? end;
  const to = step.started_at === null ? from : (step.ended_at ?? end);
  const ready = Math.min(from, step.ready_at ?? began);
  const works = Math.min(to, Math.max(from, step.process_started_at ?? from));
  return [phase("waiting", ready, from), phase("starting", from, works), phase("running", works, to)].filter(
    (each) => each.kind === "running" || each.to - each.from > LEAST_SECONDS,
  );
}

function phase(kind: PhaseKind, from: number, to: number): Phase {
  return { kind, from, to: Math.max(from, to) };
}

/** How far a step is, from 0 to 1: what it says itself, else by how long it took lately; null where neither is known. */
export function shareOf(step: StepView, now: number): { share: number; isEstimate: boolean } | null {
  if (step.status !== "started") return null;
  if (step.progress?.share != null) return { share: step.progress.share, isEstimate: false };
  if (step.expected_seconds == null || step.expected_seconds <= 0 || step.started_at === null) return null;
  // An estimate never says that a step is done, nor that it is to begin.
  const gone = Math.max(0, now - step.started_at);
  return { share: Math.min(0.99, gone / step.expected_seconds), isEstimate: true };
}

/** How long a step that is under way will still take, in seconds; null where that can't be told. */
export function secondsLeft(step: StepView, now: number): number | null {
  const far = shareOf(step, now);
  if (far === null || step.started_at === null || far.share <= 0) return null;
  const gone = Math.max(0, now - step.started_at);
  if (far.isEstimate) return Math.max(0, (step.expected_seconds ?? 0) - gone);
  return (gone / far.share) * (1 - far.share);
}
