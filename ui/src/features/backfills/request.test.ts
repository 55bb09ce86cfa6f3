import { describe, expect, it } from "vitest";

import { toRequest, withDownstream } from "./request";

describe("toRequest", () => {
  it("names the asset, the range and what is left out", () => {
    const asked = { only: "missing or failed", downstream: false, runs: "policy" } as const;

    expect(toRequest("web/days", ["a...c"], asked)).toEqual({
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
