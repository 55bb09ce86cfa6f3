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
  /** Wide inputs that are shown one by one, by the key of the first. */
  readonly opened: readonly string[];
  /** The assets whose columns are shown. */
  readonly columns: readonly string[];
  /** The column of the chosen asset that stands out. */
  readonly column: string | null;
  /** The moment that is shown, in seconds; null for now. */
  readonly asOf: number | null;
  /** Whether the time slider is out. */
  readonly timed: boolean;
  readonly view: View | null;
}

const DEPTH = 2;
const LISTS = new Set(["fold", "open", "columns"]);

/** What an address of the lineage page asks for. */
export function readAddress(parameters: URLSearchParams): Address {
  const mode = parameters.get("mode");
  const boxed = parameters.get("groups");
  return {
    focus: parameters.get("focus"),
    up: toDepth(parameters.get("up")),
    down: toDepth(parameters.get("down")),
    chosen: parameters.get("asset"),
    to: parameters.get("to"),
    mode: mode === "impact" || mode === "cause" ? mode : "lineage",
    boxed: boxed === null ? null : boxed === "on",
    folded: parameters.getAll("fold"),
    opened: parameters.getAll("open"),
    columns: parameters.getAll("columns"),
    column: parameters.get("column"),
    asOf: toMoment(parameters.get("at")),
    timed: parameters.has("time") || parameters.has("at"),
    view: toView(parameters.get("view")),
  };
}

/** What the lineage page shows, as its address has it, and how to change that. */
export function useAddress(): [Address, (changes: Record<string, string | null>) => void] {
  const [parameters, setParameters] = useSearchParams();
  return [
    readAddress(parameters),
    (changes) => {
      setParameters(
        (before) => {
          for (const [name, value] of Object.entries(changes)) {
            if (LISTS.has(name)) toggle(before, name, value ?? "");
            else if (value === null) before.delete(name);
            else before.set(name, value);
          }
          // Another scene is seen from another place.
          if (["focus", "up", "down", "groups", "fold", "open"].some((name) => name in changes))
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

function toMoment(text: string | null): number | null {
  const moment = Number(text ?? Number.NaN);
  return Number.isFinite(moment) && moment > 0 ? moment : null;
}

function toDepth(text: string | null): number {
  const depth = Number(text ?? DEPTH);
  return Number.isInteger(depth) && depth >= 0 ? depth : DEPTH;
}

/** Take a name into a list or out of it; "*" followed by names makes the list just those. */
function toggle(parameters: URLSearchParams, list: string, change: string): void {
  const before = parameters.getAll(list);
  parameters.delete(list);
  const next = change.startsWith("*")
    ? change.slice(1).split("\n").filter(Boolean)
    : before.includes(change)
      ? before.filter((name) => name !== change)
      : [...before, change];
  for (const name of next) parameters.append(list, name);
}
