import type { AssetRow } from "../api/client";
import { latenessOf } from "./lateness";

/** Why an asset needs a look, the gravest first. */
export type Reason = "failed" | "checks" | "late" | "stale";

export interface Trouble {
  readonly row: AssetRow;
  readonly reason: Reason;
}

export const REASONS: readonly Reason[] = ["failed", "checks", "late", "stale"];

/** Stands in the catalog's address for what needs no look. */
export const NOTHING_WRONG = "none";

/** In the catalog's address: all that needs a look, the gravest first. */
export const TROUBLED = `${REASONS.map((reason) => `look=${reason}`).join("&")}&sort=status`;

/** What needs a look, the gravest first, and of that what happened last. */
export function troublesOf(rows: readonly AssetRow[], overdue: ReadonlySet<string>): Trouble[] {
  const found = rows.flatMap((row): Trouble[] => {
    const reason = reasonOf(row, overdue);
    return reason === null ? [] : [{ row, reason }];
  });
  const age = (trouble: Trouble) => -(trouble.row.latest_materialization?.timestamp ?? 0);
  return found.sort((a, b) => REASONS.indexOf(a.reason) - REASONS.indexOf(b.reason) || age(a) - age(b));
}

/** The gravest of what is wrong with an asset; null where nothing is. */
export function reasonOf(row: AssetRow, overdue: ReadonlySet<string>): Reason | null {
  if (row.status === "failed") return "failed";
  if (row.checks.failed > 0) return "checks";
  if (latenessOf(row, overdue) === "late") return "late";
  return row.status === "stale" ? "stale" : null;
}
