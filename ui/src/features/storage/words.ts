import type { Schemas } from "../../api/client";
import { plural } from "../../components/format";

export type Keep = Schemas["RetentionRule"];

/** What a rule is about, as people call it. */
export const SORTS: Record<Keep["sort"], string> = {
  materialization: "Materializations",
  observation: "Observations",
  check: "Check results",
  external: "Runs elsewhere",
  run: "Runs and their logs",
  freshness: "Changes of freshness",
  correction: "Corrections",
  definition: "Earlier definitions",
  other: "All other events",
  run_key: "Run keys of sensors",
};

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** A size in the unit in which it has one to three digits before the point. */
export function toSize(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[power] ?? "B"}`;
}

/** For how long something is kept, and how many at most. */
export function keepText({ days, count }: Pick<Keep, "days" | "count">): string {
  const limits = [
    ...(days == null ? [] : [`for ${plural(days, "day")}`]),
    ...(count == null ? [] : [`the newest ${plural(count, "one")}`]),
  ];
  return limits.length === 0 ? "for ever" : limits.join(", ");
}

/** Where a rule comes from. */
export const SOURCES: Record<Keep["source"], string> = {
  default: "by default",
  setting: "set here",
  definition: "by its definition",
};
