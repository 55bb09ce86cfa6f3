import type { AssetRow } from "../../api/client";

/** That another system told of an asset: of a new version of it, or of something that was seen of it. */
export interface Report {
  readonly row: AssetRow;
  readonly seq: number;
  readonly at: number;
  readonly kind: "updated" | "observed";
}

/** The latest report of each asset, what came in last first; what runs here made is none. */
export function reportsOf(rows: readonly AssetRow[]): Report[] {
  const found = rows.flatMap((row): Report[] => {
    const { latest_materialization: made, latest_observation: seen } = row;
    const told: Report[] = [];
    if (made?.run_id === null) told.push({ row, seq: made.seq, at: made.timestamp, kind: "updated" });
    if (seen?.run_id === null) told.push({ row, seq: seen.seq, at: seen.timestamp, kind: "observed" });
    return told.sort((a, b) => b.seq - a.seq).slice(0, 1);
  });
  return found.sort((a, b) => b.seq - a.seq);
}
