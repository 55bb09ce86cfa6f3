import type { AssetRow, Schemas } from "../api/client";

export type Lateness = "late" | "soon" | "on_time";

const OF_POLICY: Record<string, Lateness> = { FAIL: "late", WARN: "soon", PASS: "on_time" };

/** The keys of the assets that other systems usually report earlier. */
export function overdueOf(arrivals: Schemas["ArrivalList"] | undefined): ReadonlySet<string> {
  return new Set(arrivals?.items.filter((each) => each.late).map((each) => each.key));
}

/** Whether an asset is on time: by its freshness policy, else by when it usually arrives; null where neither tells. */
export function latenessOf(row: AssetRow, overdue: ReadonlySet<string>): Lateness | null {
  if (row.freshness !== null) return OF_POLICY[row.freshness] ?? null;
  return overdue.has(row.key) ? "late" : null;
}
