import { describe, expect, it } from "vitest";

import type { PartitionRanges } from "../../api/client";
import { countsOf, cut, rangeName, readChosen, statusAt, writeChosen } from "./range";

const RANGES: PartitionRanges["ranges"] = [
  { status: "materialized", first: "a", last: "c", start: 0, count: 3 },
  { status: "failed", first: "d", last: "d", start: 3, count: 1 },
  { status: "missing", first: "e", last: "z", start: 4, count: 22 },
];

describe("cut", () => {
  it("counts what lies between two numbers", () => {
    expect(countsOf(cut(RANGES, 2, 5))).toEqual({ materialized: 1, failed: 1, running: 0, missing: 2 });
    expect(countsOf(cut(RANGES, 3, 3))).toEqual({ materialized: 0, failed: 1, running: 0, missing: 0 });
  });
});

describe("statusAt", () => {
  it("finds the range of a number", () => {
    expect([0, 2, 3, 4, 25].map((number) => statusAt(RANGES, number))).toEqual([
      "materialized",
      "materialized",
      "failed",
      "missing",
      "missing",
    ]);
  });
});

describe("what is chosen", () => {
  it("is in the address as one number or two, whichever way it was dragged", () => {
    expect([writeChosen([3, 3]), writeChosen([9, 2])]).toEqual(["3", "9-2"]);
    expect([readChosen("3", 10), readChosen("9-2", 10)]).toEqual([
      [3, 3],
      [9, 2],
    ]);
  });

  it("is nothing where an address names what is not there", () => {
    expect([readChosen(null, 10), readChosen("10", 10), readChosen("x", 10)]).toEqual([null, null, null]);
  });

  it("is one key, or the first and the last", () => {
    expect([rangeName("a", "a"), rangeName("a", "b")]).toEqual(["a", "a...b"]);
  });
});
