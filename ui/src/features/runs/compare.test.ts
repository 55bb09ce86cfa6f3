import { describe, expect, it } from "vitest";

import type { RunDetail } from "../../api/client";
import { compareFacts, compareSteps } from "./compare";

const step = (name: string, status: string, started_at: number | null, ended_at: number | null) =>
  ({ name, status, assets: [name], started_at, ended_at }) as RunDetail["steps"][number];
const detail = (assets: string[], steps: RunDetail["steps"], more: object = {}) =>
  ({
    run: {
      status: "success",
      assets,
      cause: { kind: "app" },
      partition: null,
      partition_range: null,
      tags: {},
      created_at: 0,
      started_at: 1,
      ended_at: 3,
      error: null,
      location: "code",
      ...more,
    },
    steps,
  }) as unknown as RunDetail;

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

describe("compareFacts", () => {
  it("tells how both went, and only what was asked for differently", () => {
    const facts = compareFacts(
      detail(["a"], [], { tags: { team: "finance" } }),
      detail(["a"], [], { status: "failure", started_at: 2, partition: "x" }),
    );

    expect(facts.map(({ name, mine, other }) => [name, mine, other]).slice(1)).toEqual([
      ["Status", "Success", "Failed"],
      ["In the queue", "1.00 s", "2.00 s"],
      ["Took", "2.00 s", "1.00 s"],
      ["Partition", "–", "x"],
      ["Tag team", "finance", "–"],
    ]);
  });
});
