import type { EventView, MetadataEntry } from "../../api/client";
import { toDuration, toNumber } from "../../components/format";

export interface Difference {
  readonly name: string;
  readonly before: MetadataEntry | null;
  readonly after: MetadataEntry | null;
  /** How much a number went up, where both are numbers. */
  readonly by: number | null;
}

/** What differs in the metadata of two events, and how many entries are alike. */
export function compare(before: EventView, after: EventView): { differences: Difference[]; alike: number } {
  const names = [...new Set([...Object.keys(before.metadata), ...Object.keys(after.metadata)])].sort();
  const all = names.map((name): Difference => {
    const [one, other] = [before.metadata[name] ?? null, after.metadata[name] ?? null];
    const by =
      typeof one?.value === "number" && typeof other?.value === "number" ? other.value - one.value : null;
    return { name, before: one, after: other, by };
  });
  const differences = all.filter((each) => JSON.stringify(each.before) !== JSON.stringify(each.after));
  return { differences, alike: all.length - differences.length };
}

/** How far a number went, and how much later a time is; nothing of what is neither. */
export function changeOf({ after, by }: Difference): string {
  if (by === null) return "";
  if (after?.type === "timestamp") return `${toDuration(Math.abs(by))} ${by < 0 ? "earlier" : "later"}`;
  return `${by > 0 ? "+" : ""}${toNumber(by)}`;
}
