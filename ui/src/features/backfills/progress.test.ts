import { describe, expect, it } from "vitest";

import type { BackfillCounts, StandingRange } from "../../api/client";
import { actionsOf, consequence, lookOf, progressText, rangeText, toldRanges, unmadeOf } from "./progress";

const NONE: BackfillCounts = {
  materialized: 0,
  failed: 0,
  in_progress: 0,
  queued: 0,
  waiting: 0,
  blocked: 0,
};

function range(status: StandingRange["status"], first: string): StandingRange {
  return { status, first, last: first, count: 1, reason: null };
}

describe("actionsOf", () => {
  it("offers what the life cycle allows, and nothing of what is done", () => {
    expect(actionsOf("running")).toEqual(["pause", "cancel"]);
    expect(actionsOf("paused")).toEqual(["resume", "cancel"]);
    expect(actionsOf("failed")).toEqual(["retry"]);
    expect([actionsOf("completed"), actionsOf("canceling")]).toEqual([[], []]);
  });
});

describe("consequence", () => {
  it("counts what waits and what goes on when it is paused", () => {
    const told = consequence("pause", { ...NONE, waiting: 9, in_progress: 1, queued: 2 });

    expect(told).toContain("9 partitions will wait");
    expect(told).toContain("goes on: 3 partitions");
  });

  it("says what a cancellation takes away and what stays", () => {
    const told = consequence("cancel", { ...NONE, materialized: 4, waiting: 1 });

    expect(told).toContain("1 partition will not be made");
    expect(told).toContain("What is made stays: 4 partitions");
  });

  it("makes again all that is not made", () => {
    const counts = { ...NONE, materialized: 4, failed: 1, blocked: 2, waiting: 3 };

    expect(unmadeOf(counts)).toBe(6);
    expect(consequence("retry", counts)).toContain("6 partitions will be made again");
  });
});

describe("progressText", () => {
  it("says how many are made, and names only what there is besides", () => {
    expect(progressText({ ...NONE, materialized: 3, failed: 1, waiting: 2 }, 6)).toBe(
      "3 of 6 made, 1 failed, 2 waiting",
    );
    expect(progressText({ ...NONE, materialized: 6 }, 6)).toBe("6 of 6 made");
  });
});

describe("lookOf", () => {
  it("lets nothing wait once all is over", () => {
    expect(lookOf("waiting", false).label).toBe("Waiting");
    expect(lookOf("waiting", true).label).toBe("Not made");
    expect(progressText({ ...NONE, materialized: 1, waiting: 2 }, 3, true)).toBe("1 of 3 made, 2 not made");
  });
});

describe("toldRanges", () => {
  it("tells what failed first, in the order of the partitions, and nothing of what is made", () => {
    const told = toldRanges([
      range("waiting", "a"),
      range("materialized", "b"),
      range("failed", "c"),
      range("blocked", "d"),
      range("failed", "e"),
    ]);

    expect(told.map((each) => each.first)).toEqual(["c", "e", "d", "a"]);
  });
});

describe("rangeText", () => {
  it("names both ends, one, or the asset without partitions", () => {
    expect(rangeText({ first: "a", last: "c" })).toBe("a … c");
    expect(rangeText({ first: "a", last: "a" })).toBe("a");
    expect(rangeText({ first: "", last: "" })).toBe("the whole asset");
  });
});
