import type { AssetRow } from "../../api/client";
import { between, firstCauses, reach, type Adjacency } from "../../graph/neighbourhood";
import type { Mode } from "./useAddress";

/** The assets that stand out around one, in a mode. */
export function litAround(adjacency: Adjacency, asset: number, mode: Mode): Set<number> {
  const up = mode === "impact" ? [] : reach(adjacency.upstream, [asset]);
  const down = mode === "cause" ? [] : reach(adjacency.downstream, [asset]);
  return new Set([asset, ...up, ...down]);
}

/** What stands out: the ways between two assets where both are given, else what is around the first. */
export function litOf(
  adjacency: Adjacency,
  chosen: number | null,
  to: number | null,
  mode: Mode,
): Set<number> | null {
  if (chosen === null) return null;
  if (to !== null) return new Set([chosen, to, ...between(adjacency, chosen, to)]);
  return litAround(adjacency, chosen, mode);
}

export function isTroubled(row: AssetRow): boolean {
  return (
    row.status === "failed" || row.status === "stale" || row.status === "missing" || row.checks.failed > 0
  );
}

/** The troubled assets that lead to one, those first that no other trouble leads to. */
export function causesOf(adjacency: Adjacency, asset: number, rows: readonly AssetRow[]): number[] {
  const above = [...reach(adjacency.upstream, [asset])];
  const troubled = new Set(above.filter((node) => rows[node] !== undefined && isTroubled(rows[node])));
  const first = firstCauses(adjacency, troubled);
  return [...first, ...[...troubled].filter((node) => !first.includes(node))];
}
