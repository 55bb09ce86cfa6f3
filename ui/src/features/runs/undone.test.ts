import { describe, expect, it } from "vitest";

import type { RunDetail } from "../../api/client";
import { compareSteps, undoneOf } from "./undone";

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

describe("compareSteps", () => {
  it("puts equal steps side by side", () => {
    const pairs = compareSteps(
      detail([], [step("a", "success", 0, 2), step("b", "started", 2, null)]),
      detail([], [step("a", "success", 5, 8), step("c", "success", 8, 9)]),
    );

    expect(pairs).toEqual([
      { name: "a", mine: 2, other: 3 },
      { name: "b", mine: null, other: null },
      { name: "c", mine: null, other: 1 },
    ]);
  });
});
