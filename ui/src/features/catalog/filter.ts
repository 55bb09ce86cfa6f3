import type { AssetRow } from "../../api/client";

export interface Filter {
  readonly text: string;
  readonly kind: string | null;
  readonly status: string | null;
  readonly failingChecks: boolean;
}

/** Rows that have every word somewhere, and the chosen kind and status. */
export function filterRows(rows: readonly AssetRow[], filter: Filter): AssetRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      (filter.kind === null || row.kind === filter.kind) &&
      (filter.status === null || row.status === filter.status) &&
      (!filter.failingChecks || row.checks.failed > 0) &&
      matches(row, words),
  );
}

function matches(row: AssetRow, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const tags = Object.entries(row.tags).map(([name, value]) => `${name}=${value}`);
  const text = [row.key, row.description ?? "", row.group, ...row.owners, ...row.kinds, ...tags]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
