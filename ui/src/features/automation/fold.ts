import type { TickView } from "../../api/client";

export interface Folded {
  readonly tick: TickView;
  readonly count: number;
  /** When the first of them ended, in seconds. */
  readonly since: number;
}

/** Ticks with each row of equal skips or failures as one, its newest: what happened is not lost among what did again. */
export function foldAlike(ticks: readonly TickView[]): Folded[] {
  const folded: Folded[] = [];
  for (const tick of ticks) {
    const last = folded.at(-1);
    if (last && isAlike(tick, last.tick)) {
      folded[folded.length - 1] = { tick: last.tick, count: last.count + 1, since: tick.ended_at };
    } else folded.push({ tick, count: 1, since: tick.ended_at });
  }
  return folded;
}

function isAlike(one: TickView, other: TickView): boolean {
  if (one.status !== other.status || one.log.length + other.log.length > 0) return false;
  if (one.status === "skipped") return one.skip_message === other.skip_message;
  return one.status === "failure" && one.error !== null && one.error.message === other.error?.message;
}
