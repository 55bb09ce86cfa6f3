import type { AssetRow, Schemas } from "../../api/client";

/** Why an asset needs a look, the gravest first. */
export type Reason = "failed" | "checks" | "late" | "stale";

export interface Trouble {
  readonly row: AssetRow;
  readonly reason: Reason;
}

const ORDER: readonly Reason[] = ["failed", "checks", "late", "stale"];

/** What needs a look, the gravest first, and of that what happened last. */
export function troublesOf(
  rows: readonly AssetRow[],
  arrivals: readonly Schemas["ArrivalView"][],
): Trouble[] {
  const late = new Set(arrivals.filter((each) => each.late).map((each) => each.key));
  const found = rows.flatMap((row): Trouble[] => {
    const reason = reasonOf(row, late);
    return reason === null ? [] : [{ row, reason }];
  });
  const age = (trouble: Trouble) => -(trouble.row.latest_materialization?.timestamp ?? 0);
  return found.sort((a, b) => ORDER.indexOf(a.reason) - ORDER.indexOf(b.reason) || age(a) - age(b));
}

function reasonOf(row: AssetRow, late: ReadonlySet<string>): Reason | null {
  if (row.status === "failed") return "failed";
  if (row.checks.failed > 0) return "checks";
  if (late.has(row.key)) return "late";
  return row.status === "stale" ? "stale" : null;
}
