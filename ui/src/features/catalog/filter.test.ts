import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { filterRows, type Filter } from "./filter";

const ALL: Filter = { text: "", kind: null, status: null, failingChecks: false };

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
    automated: false,
    location: null,
    latest_materialization: null,
    latest_observation: null,
    materializations: 0,
    checks: { passed: 0, warned: 0, failed: 0, missing: 0 },
    ...more,
  };
}

const keys = (rows: readonly AssetRow[]) => rows.map((each) => each.key);

describe("filterRows", () => {
  const rows = [
    row("lake/clicks", { description: "Clicks of the shop", owners: ["team:web"] }),
    row("orders", { kind: "native", status: "failed", tags: { tier: "gold" } }),
    row("customers", { checks: { passed: 0, warned: 0, failed: 1, missing: 0 } }),
  ];

  it("finds every word anywhere", () => {
    expect(keys(filterRows(rows, { ...ALL, text: "SHOP clicks" }))).toEqual(["lake/clicks"]);
    expect(keys(filterRows(rows, { ...ALL, text: "team:web" }))).toEqual(["lake/clicks"]);
    expect(keys(filterRows(rows, { ...ALL, text: "tier=gold" }))).toEqual(["orders"]);
  });

  it("joins what is chosen", () => {
    expect(keys(filterRows(rows, { ...ALL, kind: "native", status: "failed" }))).toEqual(["orders"]);
    expect(keys(filterRows(rows, { ...ALL, kind: "external", status: "failed" }))).toEqual([]);
    expect(keys(filterRows(rows, { ...ALL, failingChecks: true }))).toEqual(["customers"]);
  });
});
