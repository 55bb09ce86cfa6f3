import type { AssetRow } from "../../api/client";

/** What became worse or better between two moments, by key. */
export interface Changes {
  readonly broke: readonly string[];
  readonly mended: readonly string[];
}

const fails = (row: AssetRow) => row.status === "failed" || row.checks.failed > 0;

/** Which assets fail, or have a check that does, and did not before; and the other way round. */
export function changesOf(before: readonly AssetRow[], after: readonly AssetRow[]): Changes {
  const failed = new Set(before.filter(fails).map((row) => row.key));
  return {
    broke: after.filter((row) => fails(row) && !failed.has(row.key)).map((row) => row.key),
    mended: after.filter((row) => !fails(row) && failed.has(row.key)).map((row) => row.key),
  };
}
