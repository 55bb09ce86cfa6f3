import type { AssetDetail } from "../../api/client";

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
}

/** The columns of an asset as the latest version tells them, else as its definition does. */
export function columnsOf(detail: AssetDetail): readonly Column[] {
  for (const entries of [detail.latest_metadata, detail.metadata]) {
    const schema = Object.values(entries).find((entry) => entry.type === "table_schema");
    const value = schema?.value as { columns?: Column[] } | undefined;
    if (value?.columns) return value.columns;
  }
  return [];
}
