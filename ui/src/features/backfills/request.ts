import type { BackfillRequest } from "../../api/client";
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
export function toRequest(key: string, partitions: readonly string[] | null, asked: Asked): BackfillRequest {
  return {
    ...(asked.downstream ? { selection: withDownstream(key) } : { assets: [key] }),
    ...(partitions === null ? {} : { partitions: [...partitions] }),
    only: LEFT[asked.only],
    ...(asked.runs === "each" ? { max_partitions_per_run: 1 } : {}),
    ...(asked.runs === "single" ? { single_run: true } : {}),
  };
}

/** An asset and what is downstream of it, in the selection language. */
export function withDownstream(key: string): string {
  return `${quoteKey(key)}+`;
}
