import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { countFacets, isSelection, narrow, sortRows, type Filter } from "./filter";

const NONE = {
  look: [],
  status: [],
  late: [],
  checks: [],
  updated: [],
  kind: [],
  group: [],
  owner: [],
  tag: [],
};
const ALL: Filter = { text: "", selected: null, chosen: NONE, overdue: new Set(), now: 100_000 };

function row(key: string, more: Partial<AssetRow> = {}): AssetRow {
  return {
    key,
    kind: "external",
    status: "reported",
    group: "default",
    description: null,
    owners: [],
    tags: {},
    kinds: [],
    partitioned: false,
    observable: false,
    automated: false,
    location: null,
    latest_materialization: null,
    latest_observation: null,
    materializations: 0,
    freshness: null,
    checks: { passed: 0, warned: 0, failed: 0, missing: 0 },
    ...more,
  };
}

const keys = (rows: readonly AssetRow[]) => rows.map((each) => each.key);

const ROWS = [
  row("lake/clicks", { description: "Clicks of the shop", owners: ["team:web"] }),
  row("orders", { kind: "native", status: "failed", tags: { tier: "gold" } }),
  row("customers", { checks: { passed: 0, warned: 0, failed: 1, missing: 0 } }),
];

describe("narrow", () => {
  const found = (filter: Partial<Filter>) => keys(narrow(ROWS, { ...ALL, ...filter }));

  it("finds every word anywhere", () => {
    expect(found({ text: "SHOP clicks" })).toEqual(["lake/clicks"]);
    expect(found({ text: "team:web" })).toEqual(["lake/clicks"]);
    expect(found({ text: "tier=gold" })).toEqual(["orders"]);
  });

  it("joins facets, and takes the values of one as alternatives", () => {
    expect(found({ chosen: { ...NONE, kind: ["native"], status: ["failed"] } })).toEqual(["orders"]);
    expect(found({ chosen: { ...NONE, kind: ["external"], status: ["failed"] } })).toEqual([]);
    expect(found({ chosen: { ...NONE, kind: ["external", "native"] } })).toHaveLength(3);
    expect(found({ chosen: { ...NONE, checks: ["failed"] } })).toEqual(["customers"]);
  });

  it("has what is later than usual", () => {
    expect(found({ overdue: new Set(["orders"]), chosen: { ...NONE, late: ["late"] } })).toEqual(["orders"]);
  });

  it("has what needs a look, whatever for", () => {
    expect(found({ chosen: { ...NONE, look: ["failed", "checks"] } })).toEqual(["orders", "customers"]);
    expect(found({ chosen: { ...NONE, look: ["none"] } })).toEqual(["lake/clicks"]);
  });

  it("has what was updated lately", () => {
    const made = (timestamp: number) => ({
      latest_materialization: { seq: 1, timestamp, partition: null, run_id: null },
    });
    const rows = [
      row("now", made(99_000)),
      row("today", made(50_000)),
      row("old", made(-600_000)),
      row("no"),
    ];
    const of = (value: string) => keys(narrow(rows, { ...ALL, chosen: { ...NONE, updated: [value] } }));

    expect(["hour", "day", "week", "older", "never"].map(of)).toEqual([
      ["now"],
      ["now", "today"],
      ["now", "today"],
      ["old"],
      ["no"],
    ]);
  });

  it("takes what a selection means instead of its words", () => {
    expect(found({ text: "owner:web or orders", selected: new Set(["orders"]) })).toEqual(["orders"]);
  });

  it("counts a facet's values with the facet itself left open", () => {
    const facets = countFacets(ROWS, { ...ALL, chosen: { ...NONE, kind: ["native"] } });

    expect(facets.kind).toEqual([
      { value: "external", count: 2 },
      { value: "native", count: 1 },
    ]);
    expect(facets.status).toEqual([{ value: "failed", count: 1 }]);
  });
});

describe("isSelection", () => {
  it("tells selections from words", () => {
    expect(["group:finance", "+orders", "a and not b", "orders+2"].map(isSelection)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(["orders", "team:web", "tier=gold", "brand and"].map(isSelection)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("sortRows", () => {
  it("puts trouble first, and what has no value last", () => {
    const made = { seq: 1, timestamp: 5, partition: null, run_id: null };
    const rows = [row("a", { latest_materialization: made }), row("b"), row("c", { status: "failed" })];

    expect(keys(sortRows(rows, "status", false))[0]).toBe("c");
    expect(keys(sortRows(rows, "updated", true))[0]).toBe("a");
    expect(keys(sortRows(rows, "updated", false))[0]).toBe("a");
  });
});
