import type { Schemas } from "../../api/client";

/** What happened to the asset that makes another one stale, as the rest of a sentence that it begins. */
export function staleSentence(
  reason: Pick<Schemas["StaleReason"], "kind" | "upstream" | "via">,
  stale: string,
  inputs: ReadonlySet<string>,
): string {
  if (reason.kind === "data") return "has a newer version, since";
  if (reason.kind === "code") {
    return reason.upstream === stale
      ? "Its code changed; it was last made with the former,"
      : "has other code; it was last made with the former,";
  }
  if (reason.via.length > 0) return "became, or is no more, an input on the way,";
  return inputs.has(reason.upstream)
    ? "became an input since it was made,"
    : "is no longer an input since it was made,";
}
