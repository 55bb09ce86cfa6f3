import type { AssetRow } from "../../api/client";
import { latenessOf } from "../../components/lateness";
import { tagTexts } from "../../components/tags";
import { NOTHING_WRONG, reasonOf, REASONS } from "../../components/trouble";

/** What narrows the catalog; values of one facet are alternatives, facets and words must all hold. */
export interface Filter {
  readonly text: string;
  /** The keys that a selection means; null where the text is no selection. */
  readonly selected: ReadonlySet<string> | null;
  readonly chosen: Readonly<Record<FacetName, readonly string[]>>;
  /** The keys of the assets that usually are there earlier. */
  readonly overdue: ReadonlySet<string>;
  /** In seconds. */
  readonly now: number;
}

export const FACETS = {
  look: "Needs a look",
  status: "Status",
  late: "Freshness",
  checks: "Checks",
  updated: "Last update",
  kind: "Kind",
  group: "Group",
  owner: "Owner",
  tag: "Tag",
} as const;

export type FacetName = keyof typeof FACETS;
export const FACET_NAMES = Object.keys(FACETS) as FacetName[];

export interface FacetValue {
  readonly value: string;
  readonly count: number;
}

/** How long ago at most, in seconds. */
export const AGES = { hour: 3_600, day: 86_400, week: 604_800 } as const;

type Known = Pick<Filter, "overdue" | "now">;
const SELECTION =
  /(^|[\s(])(key|group|tag|owner|kind|is|status|code_location|check):|(^|\s)(and|or|not)\s|^\d*\+|\+\d*$|^(roots|sinks)\(/;

/** Whether a text is meant as a selection and not as words to look for. */
export function isSelection(text: string): boolean {
  return SELECTION.test(text.trim());
}

/** What an asset has of a facet. */
export function valuesOf(row: AssetRow, facet: FacetName, { overdue, now }: Known): readonly string[] {
  switch (facet) {
    case "status":
      return [row.status];
    case "kind":
      return [row.kind];
    case "group":
      return [row.group];
    case "owner":
      return row.owners;
    case "tag":
      return tagTexts(row);
    case "look":
      return [reasonOf(row, overdue) ?? NOTHING_WRONG];
    case "late":
      return listed(latenessOf(row, overdue));
    case "updated": {
      const at = row.latest_materialization?.timestamp;
      if (at === undefined) return ["never"];
      const within = Object.entries(AGES).filter(([, age]) => now - at <= age);
      return within.length === 0 ? ["older"] : within.map(([name]) => name);
    }
    case "checks":
      return (["failed", "warned", "passed", "missing"] as const).filter((each) => row.checks[each] > 0);
  }
}

function listed(value: string | null): readonly string[] {
  return value === null ? [] : [value];
}

/** The rows that hold. */
export function narrow(rows: readonly AssetRow[], filter: Filter): readonly AssetRow[] {
  const active = activeOf(filter);
  if (active.length === 0 && filter.selected === null && filter.text.trim() === "") return rows;
  return saying(rows, filter).filter((row) => missedBy(row, active, filter).length === 0);
}

/** For each facet how many hold of each value with the facet itself left open. */
export function countFacets(rows: readonly AssetRow[], filter: Filter): Record<FacetName, FacetValue[]> {
  const active = activeOf(filter);
  const counts = new Map(FACET_NAMES.map((facet) => [facet, new Map<string, number>()]));
  for (const row of saying(rows, filter)) {
    const missed = missedBy(row, active, filter);
    if (missed.length > 1) continue;
    for (const facet of missed.length === 1 ? missed : FACET_NAMES) {
      const mine = counts.get(facet);
      for (const value of valuesOf(row, facet, filter)) mine?.set(value, (mine.get(value) ?? 0) + 1);
    }
  }
  return Object.fromEntries(
    FACET_NAMES.map((facet) => {
      const values = toValues(counts.get(facet) ?? new Map(), filter.chosen[facet]);
      const order = ORDERS[facet];
      return [facet, order === undefined ? values : inOrder(values, order)];
    }),
  ) as Record<FacetName, FacetValue[]>;
}

function activeOf({ chosen }: Filter): FacetName[] {
  return FACET_NAMES.filter((facet) => chosen[facet].length > 0);
}

/** The rows that the text means, whatever facets are chosen. */
function saying(rows: readonly AssetRow[], { text, selected }: Filter): readonly AssetRow[] {
  if (selected !== null) return rows.filter((row) => selected.has(row.key));
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return words.length === 0 ? rows : rows.filter((row) => matches(row, words));
}

function missedBy(row: AssetRow, active: readonly FacetName[], filter: Filter): FacetName[] {
  return active.filter(
    (facet) => !valuesOf(row, facet, filter).some((value) => filter.chosen[facet].includes(value)),
  );
}

/** The order of values that have one of their own; others stand by how many assets have them. */
const ORDERS: Partial<Record<FacetName, readonly string[]>> = {
  look: [...REASONS, NOTHING_WRONG],
  updated: [...Object.keys(AGES), "older", "never"],
};

function inOrder(values: readonly FacetValue[], order: readonly string[]): FacetValue[] {
  return [...values].sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value));
}

function toValues(counts: ReadonlyMap<string, number>, chosen: readonly string[]): FacetValue[] {
  const values = [...counts].map(([value, count]) => ({ value, count }));
  for (const value of chosen) if (!counts.has(value)) values.push({ value, count: 0 });
  return values.sort((a, b) => b.count - a.count || a.value.localeCompare(b.value));
}

function matches(row: AssetRow, words: readonly string[]): boolean {
  const text = [row.key, row.description ?? "", row.group, ...row.owners, ...row.kinds, ...tagTexts(row)]
    .join("\n")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export type SortName = "key" | "status" | "updated" | "checks" | "group";

const GRAVITY = ["failed", "stale", "running", "missing", "unreported", "fresh", "reported"];

/** Rows in an order; those without a value stand last, whichever way. */
export function sortRows(rows: readonly AssetRow[], by: SortName, descending: boolean): AssetRow[] {
  const sign = descending ? -1 : 1;
  const value = (row: AssetRow): string | number | null => {
    if (by === "key") return row.key;
    if (by === "group") return row.group;
    if (by === "status") return GRAVITY.indexOf(row.status);
    if (by === "checks") return -(row.checks.failed * 1_000 + row.checks.warned);
    return row.latest_materialization?.timestamp ?? null;
  };
  const keyed = rows.map((row) => ({ row, value: value(row) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null);
    return (a.value < b.value ? -1 : a.value > b.value ? 1 : 0) * sign;
  });
  return keyed.map((each) => each.row);
}
