import type { RunView } from "../../api/client";

export type Grouping = "asset" | "location";

/** A run as a bar; `from` and `to` are shares of the timeline's length. */
export interface Bar {
  readonly run: RunView;
  readonly from: number;
  readonly to: number;
}

export interface Line {
  readonly name: string;
  readonly bars: readonly Bar[];
}

export interface Timeline {
  readonly begin: number;
  readonly end: number;
  readonly lines: readonly Line[];
}

const LEAST_SECONDS = 60;

/** Runs over a stretch of time, from the first of them on where it has no beginning; those that ran last stand first. */
export function toTimeline(
  runs: readonly RunView[],
  grouping: Grouping,
  now: number,
  span: { readonly begin: number | null; readonly end: number } = { begin: null, end: now },
): Timeline {
  const end = span.end;
  const begin =
    span.begin ?? runs.reduce((least, run) => Math.min(least, run.created_at), end - LEAST_SECONDS);
  const share = (moment: number) => (moment - begin) / (end - begin);
  const lines = new Map<string, Bar[]>();
  for (const run of [...runs].sort((a, b) => b.created_at - a.created_at)) {
    const bar = {
      run,
      from: Math.max(0, share(run.started_at ?? run.created_at)),
      to: Math.min(1, share(run.ended_at ?? now)),
    };
    for (const name of grouping === "asset" ? run.assets : [run.location]) {
      const mine = lines.get(name);
      if (mine) mine.push(bar);
      else lines.set(name, [bar]);
    }
  }
  return { begin, end, lines: [...lines].map(([name, bars]) => ({ name, bars })) };
}

/** Moments to name below a timeline: whole hours, days or so, a handful of them. */
export function ticksOf(begin: number, end: number): number[] {
  const steps = [10, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800];
  const step = steps.find((each) => (end - begin) / each <= 7) ?? 2_592_000;
  const first = Math.ceil(begin / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((end - first) / step) + 1) },
    (_, n) => first + n * step,
  );
}
