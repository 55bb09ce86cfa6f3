import { useSearchParams } from "react-router";

import type { View } from "../../graph/view";

/** What stands out around the chosen asset: all of its lineage, what it affects, or where its trouble comes from. */
export type Mode = "lineage" | "impact" | "cause";

export interface Address {
  readonly focus: string | null;
  readonly up: number;
  readonly down: number;
  readonly chosen: string | null;
  /** The other end of a path. */
  readonly to: string | null;
  readonly mode: Mode;
  readonly boxed: boolean | null;
  readonly folded: readonly string[];
  readonly view: View | null;
}

const DEPTH = 2;

/** What the lineage page shows, as its address has it, and how to change that. */
export function useAddress(): [Address, (changes: Record<string, string | null>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const mode = parameters.get("mode");
  const boxed = parameters.get("groups");
  return [
    {
      focus: parameters.get("focus"),
      up: toDepth(parameters.get("up")),
      down: toDepth(parameters.get("down")),
      chosen: parameters.get("asset"),
      to: parameters.get("to"),
      mode: mode === "impact" || mode === "cause" ? mode : "lineage",
      boxed: boxed === null ? null : boxed === "on",
      folded: parameters.getAll("fold"),
      view: toView(parameters.get("view")),
    },
    (changes) => {
      setParameters(
        (before) => {
          for (const [name, value] of Object.entries(changes)) {
            if (name === "fold") toggle(before, value ?? "");
            else if (value === null) before.delete(name);
            else before.set(name, value);
          }
          // Another scene is seen from another place.
          if (["focus", "up", "down", "groups", "fold"].some((name) => name in changes))
            before.delete("view");
          return before;
        },
        { replace: true },
      );
    },
  ];
}

export function viewText({ left, top, zoom }: View): string {
  return `${Math.round(left)},${Math.round(top)},${zoom.toPrecision(4)}`;
}

function toView(text: string | null): View | null {
  const [left, top, zoom] = (text ?? "").split(",").map(Number);
  if (left === undefined || top === undefined || !zoom || [left, top, zoom].some(Number.isNaN)) return null;
  return { left, top, zoom };
}

function toDepth(text: string | null): number {
  const depth = Number(text ?? DEPTH);
  return Number.isInteger(depth) && depth >= 0 ? depth : DEPTH;
}

/** Fold a group, or unfold it; "*" followed by names folds just those, "" none. */
function toggle(parameters: URLSearchParams, change: string): void {
  const folded = parameters.getAll("fold");
  parameters.delete("fold");
  const next = change.startsWith("*")
    ? change.slice(1).split("\n").filter(Boolean)
    : folded.includes(change)
      ? folded.filter((name) => name !== change)
      : [...folded, change];
  for (const name of next) parameters.append("fold", name);
}
