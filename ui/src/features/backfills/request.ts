import type { BackfillRequest, PartitionState } from "../../api/client";
import { quoteKey } from "../../components/keys";

export type Only = "all" | "missing" | "failed" | "missing or failed";
export type Ways = "policy" | "each" | "single";

/** What a person chose of a backfill. */
export interface Asked {
  readonly only: Only;
  readonly downstream: boolean;
  readonly runs: Ways;
}

const LEFT: Record<Only, ("missing" | "failed")[]> = {
  all: [],
  missing: ["missing"],
  failed: ["failed"],
  "missing or failed": ["missing", "failed"],
};

/** What is asked of the server. */
export function toRequest(key: string, partitions: string | null, asked: Asked): BackfillRequest {
  return {
    ...(asked.downstream ? { selection: withDownstream(key) } : { assets: [key] }),
    ...(partitions === null ? {} : { partitions: [partitions] }),
    only: LEFT[asked.only],
    ...(asked.runs === "each" ? { max_partitions_per_run: 1 } : {}),
    ...(asked.runs === "single" ? { single_run: true } : {}),
  };
}

/** Partitions that follow each other as the server takes them; null where the definition has none of them. */
export function toRange(items: readonly PartitionState[]): string | null {
  const known = items.filter((item) => item.status !== "unknown");
  const first = known[0];
  const last = known.at(-1);
  if (!first || !last) return null;
  return first === last ? first.key : `${first.key}...${last.key}`;
}

/** An asset and what is downstream of it, in the selection language. */
export function withDownstream(key: string): string {
  return `${quoteKey(key)}+`;
}
