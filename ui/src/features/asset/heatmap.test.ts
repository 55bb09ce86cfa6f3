import { describe, expect, it } from "vitest";

import { toDays } from "./calendar";
import { toCells, type Extent } from "./heatmap";

const extent = (count: number, first: string, last: string): Extent => ({ count, first, last });
const back = ({ count, ...more }: Extent, width: number) => {
  const cells = toCells({ count, ...more }, width);
  return Array.from({ length: count }, (_, number) => cells.numberAt(cells.placeOf(number)));
};
const numbers = (count: number) => Array.from({ length: count }, (_, number) => number);
const dimension = (name: string, keys: string[], total = keys.length) => ({ name, total, keys });

describe("toCells", () => {
  it("puts days under their weekday, a column a week", () => {
    const cells = toCells(extent(8, "2026-01-01", "2026-01-08"), 1_000);

    expect([0, 4, 7].map(cells.placeOf)).toEqual([
      { column: 0, row: 3 },
      { column: 1, row: 0 },
      { column: 1, row: 3 },
    ]);
    expect(cells.marks[0]?.text).toBe("Jan 2026");
    expect(cells.dayAt?.(7)).toBe("2026-01-08");
  });

  it.each([
    ["days", 3_000, "2018-01-01", "2026-03-19"],
    ["other keys", 3_000, "a", "z"],
    ["days with gaps", 3_000, "2018-01-01", "2026-03-20"],
    ["a hundred thousand", 100_000, "0", "99999"],
  ])("leads from %s to their place and back", (_, count, first, last) => {
    expect(back(extent(count, first, last), 1_000)).toEqual(numbers(count));
  });

  it("draws smaller what would not fit", () => {
    const few = toCells(extent(100, "a", "b"), 1_000);
    const many = toCells(extent(100_000, "a", "b"), 1_000);

    expect(few.step).toBeGreaterThan(many.step);
    expect(many.rows * many.step).toBeLessThan(1_000);
  });

  it("has nothing between the blocks of a calendar, nor past its ends", () => {
    const cells = toCells(extent(8, "2026-01-01", "2026-01-08"), 1_000);

    expect(
      [
        { column: 0, row: 7 },
        { column: 0, row: 0 },
        { column: 1, row: 4 },
      ].map(cells.numberAt),
    ).toEqual([null, null, null]);
  });

  it("names the year above each block of a calendar that is too long for one", () => {
    const ten = extent(3_653, "2016-01-01", "2025-12-31");
    const cells = toCells(ten, 400);
    const rows = [...new Set(cells.marks.map(({ row }) => row))];

    expect(rows.length).toBeGreaterThan(1);
    expect(rows.map((row) => cells.marks.find((mark) => mark.row === row)?.text)).toEqual(
      rows.map((_, block) => expect.stringMatching(block === 0 ? /^2016$/ : /^20\d\d$/) as string),
    );
    expect(back(ten, 400)).toEqual(numbers(3_653));
  });

  it("leaves the days free that a calendar of chosen days does not have", () => {
    const days = toDays(["2026-01-01", "2026-01-04", "2026-02-02"]);
    const cells = toCells({ ...extent(3, "2026-01-01", "2026-02-02"), days }, 1_000);

    expect([0, 1, 2].map(cells.placeOf)).toEqual([
      { column: 0, row: 3 },
      { column: 0, row: 6 },
      { column: 5, row: 0 },
    ]);
    expect(cells.numberAt({ column: 0, row: 4 })).toBeNull();
    expect(cells.dayAt?.(2)).toBe("2026-02-02");
  });

  it("sets the dimensions of partitions against each other, the smaller one downwards", () => {
    const dimensions = [dimension("day", ["mon", "tue", "wed"]), dimension("region", ["eu", "us"])];
    const cells = toCells({ ...extent(6, "mon|eu", "wed|us"), dimensions }, 1_000);

    expect([0, 1, 4].map(cells.placeOf)).toEqual([
      { column: 0, row: 0 },
      { column: 0, row: 1 },
      { column: 2, row: 0 },
    ]);
    expect(cells.names.map(({ text }) => text)).toEqual(["eu", "us"]);
    expect(cells.marks[0]?.text).toBe("mon");
  });

  it.each([
    ["wide", [dimension("a", ["x"], 400), dimension("b", ["p", "q", "r"])], 300],
    ["tall", [dimension("a", ["x", "y"]), dimension("b", ["p"], 700)], 300],
    ["deep", [dimension("a", ["x"], 20), dimension("b", ["p"], 11), dimension("c", ["1", "2", "3"])], 500],
  ])("leads from each square of a %s grid back to its partition", (_, dimensions, width) => {
    const count = dimensions.reduce((product, { total }) => product * total, 1);

    expect(back({ ...extent(count, "a", "z"), dimensions }, width)).toEqual(numbers(count));
  });
});

describe("toDays", () => {
  it("takes days in their order only", () => {
    expect([["2026-01-02", "2026-01-01"], ["2026-01-01", "eu"], []].map(toDays)).toEqual([null, null, null]);
  });
});
