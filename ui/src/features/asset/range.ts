import type { PartitionState } from "../../api/client";

export type Scope = "missing" | "all";
export type Way = "one" | "each";

/** The keys to make of some partitions: those that the definition has, all of them or those that are not there. */
export function toWork(items: readonly PartitionState[], scope: Scope): string[] {
  return items
    .filter(({ status }) =>
      scope === "all" ? status !== "unknown" : status === "missing" || status === "failed",
    )
    .map((item) => item.key);
}
