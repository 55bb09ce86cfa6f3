import { describe, expect, it } from "vitest";

import type { PartitionState } from "../../api/client";
import { toRange, toRequest, withDownstream } from "./request";

function item(key: string, status: PartitionState["status"] = "missing"): PartitionState {
  return { key, status, seq: null, timestamp: null };
}

describe("toRequest", () => {
  it("names the asset, the range and what is left out", () => {
    const asked = { only: "missing or failed", downstream: false, runs: "policy" } as const;

    expect(toRequest("web/days", "a...c", asked)).toEqual({
      assets: ["web/days"],
      partitions: ["a...c"],
      only: ["missing", "failed"],
    });
  });

  it("selects what is downstream too, and divides as it is told", () => {
    const asked = { only: "all", downstream: true, runs: "each" } as const;

    expect(toRequest("days", null, asked)).toEqual({
      selection: '"days"+',
      only: [],
      max_partitions_per_run: 1,
    });
    expect(toRequest("days", null, { ...asked, runs: "single" })).toMatchObject({ single_run: true });
  });
});

describe("withDownstream", () => {
  it("escapes what means something in a selection, and keeps the escapes of the key", () => {
    expect(withDownstream('a*"b\\/c')).toBe('"a\\*\\"b\\/c"+');
  });
});

describe("toRange", () => {
  it("goes from the first to the last key that the definition has", () => {
    expect(toRange([item("x", "unknown"), item("a"), item("b"), item("c")])).toBe("a...c");
    expect(toRange([item("a")])).toBe("a");
    expect(toRange([item("x", "unknown")])).toBeNull();
  });
});
