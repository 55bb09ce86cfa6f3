import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { toAdjacency } from "../../graph/neighbourhood";
import { causesOf, litOf } from "./lit";

// 0 → 1 → 2 → 4, 0 → 3 → 4
const adjacency = toAdjacency({
  size: 6,
  edges: [
    [0, 1],
    [1, 2],
    [2, 4],
    [0, 3],
    [3, 4],
  ],
});
const sorted = (nodes: Set<number> | null) => [...(nodes ?? [])].sort();

describe("litOf", () => {
  it("has lineage, impact or cause of one asset", () => {
    expect(sorted(litOf(adjacency, 2, null, "lineage"))).toEqual([0, 1, 2, 4]);
    expect(sorted(litOf(adjacency, 2, null, "impact"))).toEqual([2, 4]);
    expect(sorted(litOf(adjacency, 2, null, "cause"))).toEqual([0, 1, 2]);
  });

  it("has every way between two, whichever is upstream", () => {
    expect(sorted(litOf(adjacency, 1, 4, "lineage"))).toEqual([1, 2, 4]);
    expect(sorted(litOf(adjacency, 4, 0, "lineage"))).toEqual([0, 1, 2, 3, 4]);
    expect(sorted(litOf(adjacency, 5, 0, "lineage"))).toEqual([0, 5]);
  });
});

describe("causesOf", () => {
  it("names first the trouble that no other trouble leads to", () => {
    const rows = ["failed", "stale", "stale", "fresh", "stale", "fresh"].map(
      (status) => ({ status, checks: { failed: 0 } }) as unknown as AssetRow,
    );

    expect(causesOf(adjacency, 4, rows)[0]).toBe(0);
    expect(causesOf(adjacency, 4, rows)).toHaveLength(4);
    expect(causesOf(adjacency, 5, rows)).toEqual([]);
  });
});
