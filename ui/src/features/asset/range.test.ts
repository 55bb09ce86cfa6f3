import { describe, expect, it } from "vitest";

import type { PartitionState } from "../../api/client";
import { toWork } from "./range";

const ITEMS = (["materialized", "missing", "failed", "running", "unknown"] as const).map(
  (status, place): PartitionState => ({ key: `k${place}`, status, seq: null, timestamp: null }),
);

describe("toWork", () => {
  it("takes what is missing or failed, and leaves what runs", () => {
    expect(toWork(ITEMS, "missing")).toEqual(["k1", "k2"]);
  });

  it("never takes a key that the definition does not have", () => {
    expect(toWork(ITEMS, "all")).toEqual(["k0", "k1", "k2", "k3"]);
  });
});
