import type { TickView } from "../../api/client";

/** What ticks: a sensor or a schedule, with its latest ticks. */
export interface Ticking {
  readonly name: string;
  readonly path: string;
  readonly ticks: readonly TickView[];
  readonly next: number | null;
}

export interface TickBar {
  readonly tick: TickView;
  /** Shares of the timeline's length. */
  readonly from: number;
  readonly to: number;
}

export interface TickLine {
  readonly name: string;
  readonly path: string;
  readonly bars: readonly TickBar[];
  /** Where the next tick stands, where it is still on the timeline. */
  readonly next: number | null;
}

/** So much of the timeline is what comes. */
const AHEAD = 0.12;

/** The ticks of everything that ticks since a moment, and the next ones, on one scale. */
export function toTickTimeline(
  all: readonly Ticking[],
  now: number,
  span: number,
): { begin: number; end: number; now: number; lines: readonly TickLine[] } {
  const begin = now - span;
  const end = now + (span * AHEAD) / (1 - AHEAD);
  const share = (moment: number) => (moment - begin) / (end - begin);
  const lines = all.map(({ name, path, ticks, next }) => ({
    name,
    path,
    bars: ticks
      .filter((tick) => tick.ended_at >= begin)
      .map((tick) => ({ tick, from: Math.max(0, share(tick.started_at)), to: share(tick.ended_at) })),
    next: next !== null && next >= now && next <= end ? share(next) : null,
  }));
  return { begin, end, now: share(now), lines };
}
