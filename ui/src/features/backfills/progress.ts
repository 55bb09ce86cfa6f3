import type { BackfillCounts, BackfillView, StandingRange } from "../../api/client";
import { plural, toNumber } from "../../components/format";
import { STANDING_LOOKS, type Look } from "../../components/status";

export type Standing = StandingRange["status"];
export type Action = "pause" | "resume" | "cancel" | "retry";

export const STANDINGS = Object.keys(STANDING_LOOKS) as Standing[];

const ASKABLE: Record<BackfillView["status"], readonly Action[]> = {
  requested: ["pause", "cancel"],
  running: ["pause", "cancel"],
  paused: ["resume", "cancel"],
  canceling: [],
  completed: [],
  failed: ["retry"],
  canceled: ["retry"],
};

/** What may be asked of a backfill as it stands. */
export function actionsOf(status: BackfillView["status"]): readonly Action[] {
  return ASKABLE[status];
}

/** What will happen if something is asked of a backfill. */
export function consequence(action: Action, counts: BackfillCounts): string {
  const underWay = counts.in_progress + counts.queued;
  const toCome = counts.waiting;
  switch (action) {
    case "pause":
      return `No further runs are requested; ${plural(toCome, "partition")} will wait until it is resumed. ${
        underWay === 0
          ? "Nothing is under way."
          : `What is under way goes on: ${plural(underWay, "partition")}.`
      }`;
    case "resume":
      return `Runs are requested again for ${
        toCome === 1 ? "the partition that waits" : `the ${plural(toCome, "partition")} that wait`
      }.`;
    case "cancel":
      return `${plural(toCome + underWay, "partition")} will not be made. Runs in the queue end at once, those that work as soon as their engine hears of it. ${
        counts.materialized === 0
          ? "Nothing has been made so far."
          : `What is made stays: ${plural(counts.materialized, "partition")}.`
      }`;
    case "retry":
      return `${plural(unmadeOf(counts), "partition")} will be made again: what failed, and what was not made because of that or because it was canceled. What is made stays as it is.`;
  }
}

/** How many partitions are not made, for whatever reason. */
export function unmadeOf(counts: BackfillCounts): number {
  return STANDINGS.reduce((sum, each) => (each === "materialized" ? sum : sum + counts[each]), 0);
}

const LEFT: Look = { label: "Not made", tone: "idle", hollow: true, meaning: "It was canceled before" };

/** How a partition's standing looks; once its backfill is over nothing waits any more. */
export function lookOf(standing: Standing, over: boolean): Look {
  return over && standing === "waiting" ? LEFT : STANDING_LOOKS[standing];
}

/** How far it is, in words: what is made of how much, then all else that there is. */
export function progressText(counts: BackfillCounts, total: number, over = false): string {
  const others = STANDINGS.filter((each) => each !== "materialized" && counts[each] > 0).map(
    (each) => `${toNumber(counts[each])} ${lookOf(each, over).label.toLowerCase()}`,
  );
  return [`${toNumber(counts.materialized)} of ${toNumber(total)} made`, ...others].join(", ");
}

/** The ends of some partitions that follow each other; of an asset that has none, nothing. */
export function rangeText({ first, last }: { first: string; last: string }): string {
  if (first === "") return "the whole asset";
  return first === last ? first : `${first} … ${last}`;
}

/** The ranges that need a word: what failed and what is blocked before what only waits. */
export function toldRanges(ranges: readonly StandingRange[]): StandingRange[] {
  const rank: Partial<Record<Standing, number>> = { failed: 0, blocked: 1, waiting: 2 };
  return ranges
    .filter((range) => rank[range.status] !== undefined)
    .sort((one, other) => (rank[one.status] ?? 0) - (rank[other.status] ?? 0));
}
