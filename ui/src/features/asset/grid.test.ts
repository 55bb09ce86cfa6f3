import { describe, expect, it } from "vitest";

import { besideInGrid, brushed, keyAt, spanned } from "./grid";

const DAYS = { name: "day", total: 4, keys: ["mon", "tue", "wed", "thu"] };
const REGIONS = { name: "region", total: 3, keys: ["asia", "europe", "oceania"] };
const GRID = [DAYS, REGIONS];

describe("spanned", () => {
  it("is all between two numbers, whichever comes first", () => {
    expect([spanned(3, 1, []), brushed(1, 3)]).toEqual([[[1, 3]], [1, 3]]);
  });

  it.each([
    [1, 8, ["mon|europe", "mon|oceania", "tue|europe", "tue|oceania", "wed|europe", "wed|oceania"]],
    [8, 1, ["mon|europe", "mon|oceania", "tue|europe", "tue|oceania", "wed|europe", "wed|oceania"]],
    [2, 3, ["mon|asia", "mon|europe", "mon|oceania", "tue|asia", "tue|europe", "tue|oceania"]],
    [4, 4, ["tue|europe"]],
  ])("is the rectangle of a grid from %i to %i", (from, to, expected) => {
    const keys = spanned(from, to, GRID).flatMap(([low, high]) =>
      Array.from({ length: high - low + 1 }, (_, place) => keyAt(GRID, low + place)),
    );

    expect(keys).toEqual(expected);
  });

  it("is all between where keys of a grid are not known", () => {
    expect(spanned(1, 8, [{ ...DAYS, total: 9 }, REGIONS])).toEqual([[1, 8]]);
  });

  it("is one range where it takes the last dimension whole", () => {
    expect(spanned(3, 11, GRID)).toEqual([[3, 11]]);
  });
});

describe("keyAt", () => {
  it("knows no key beyond the first ones", () => {
    expect(keyAt([{ ...DAYS, total: 9 }, REGIONS], 13)).toBeNull();
  });
});

describe("besideInGrid", () => {
  it("goes to the square beside it, and not beyond the edge", () => {
    const beside = (at: number) =>
      ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => besideInGrid(key, at, GRID));

    expect(beside(4)).toEqual([7, 1, 5, 3]);
    expect(beside(0)).toEqual([3, null, 1, null]);
    expect(beside(11)).toEqual([null, 8, null, 10]);
  });
});
