import { describe, expect, it } from "vitest";

import { brushed, toCells } from "./heatmap";

describe("toCells", () => {
  it("puts days under their weekday, a column a week", () => {
    const cells = toCells(8, "2026-01-01", "2026-01-08", 1_000);

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
    const cells = toCells(count, first, last, 1_000);
    const numbers = Array.from({ length: count }, (__, n) => n);

    expect(numbers.map((n) => cells.numberAt(cells.placeOf(n)))).toEqual(numbers);
  });

  it("draws smaller what would not fit", () => {
    const few = toCells(100, "a", "b", 1_000);
    const many = toCells(100_000, "a", "b", 1_000);

    expect(few.step).toBeGreaterThan(many.step);
    expect(many.rows * many.step).toBeLessThan(1_000);
  });

  it("has nothing between the blocks of a calendar, nor past its ends", () => {
    const cells = toCells(8, "2026-01-01", "2026-01-08", 1_000);

    expect(
      [
        { column: 0, row: 7 },
        { column: 0, row: 0 },
        { column: 1, row: 4 },
      ].map(cells.numberAt),
    ).toEqual([null, null, null]);
  });
});

describe("brushed", () => {
  it("knows no order of a brush", () => {
    expect([brushed(3, 1), brushed(1, 3)]).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });
});
