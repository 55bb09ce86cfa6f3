import type { TickView } from "../../api/client";

export interface Folded {
  readonly tick: TickView;
  readonly count: number;
}

/** Ticks with each row of equal skips as one, its newest: what happened is not lost among what did not. */
export function foldSkipped(ticks: readonly TickView[]): Folded[] {
  const folded: Folded[] = [];
  for (const tick of ticks) {
    const last = folded.at(-1);
    if (last && isSkip(tick) && isSkip(last.tick) && tick.skip_message === last.tick.skip_message) {
      folded[folded.length - 1] = { tick: last.tick, count: last.count + 1 };
    } else folded.push({ tick, count: 1 });
  }
  return folded;
}

function isSkip(tick: TickView): boolean {
  return tick.status === "skipped" && tick.log.length === 0;
}
