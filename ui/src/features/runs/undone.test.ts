import { describe, expect, it } from "vitest";

import type { RunDetail } from "../../api/client";
import { toRepeat, undoneOf } from "./undone";

const step = (name: string, status: string, started_at: number | null, ended_at: number | null) =>
  ({ name, status, assets: [name], started_at, ended_at }) as RunDetail["steps"][number];
const detail = (assets: string[], steps: RunDetail["steps"]) => ({ run: { assets }, steps }) as RunDetail;

describe("undoneOf", () => {
  it("has what failed, was skipped, or never began", () => {
    const run = detail(
      ["a", "b", "c", "d"],
      [step("a", "success", 0, 1), step("b", "failure", 1, 2), step("c", "skipped", 2, 2)],
    );

    expect(undoneOf(run)).toEqual(["b", "c", "d"]);
  });
});

describe("toRepeat", () => {
  it("asks for the same partition, tags and config, but belongs to no backfill", () => {
    const tags = { team: "finance", "headwater/backfill": "b1", "headwater/retry_of": "r0" };
    const run = { assets: ["a"], partition: "2026-01-01", tags, run_config: { rows: 3 } };

    expect(toRepeat({ run, partitions: [], steps: [] } as unknown as RunDetail)).toEqual({
      assets: ["a"],
      partition: "2026-01-01",
      tags: { team: "finance" },
      run_config: { rows: 3 },
    });
  });

  it("carries out the same checks, and all partitions of a run of several", () => {
    const checks = [{ asset: "a", name: "positive" }];
    const run = { assets: ["a"], checks, partition: null, tags: {} };

    expect(toRepeat({ run, partitions: ["x", "y"], steps: [] } as unknown as RunDetail)).toEqual({
      checks,
      partitions: ["x", "y"],
      tags: {},
      run_config: {},
    });
  });
});
