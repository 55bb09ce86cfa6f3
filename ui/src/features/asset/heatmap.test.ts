import { describe, expect, it } from "vitest";

import { brushed, toCells } from "./heatmap";

function days(from: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.parse(from) + n * 86_400_000).toISOString().slice(0, 10),
  );
}

describe("toCells", () => {
  it("puts days under their weekday, a column a week", () => {
    const cells = toCells(days("2026-01-01", 8), 60);

    expect(cells.places[0]).toEqual({ column: 0, row: 3 });
    expect(cells.places[4]).toEqual({ column: 1, row: 0 });
    expect(cells.places[7]).toEqual({ column: 1, row: 3 });
    expect(cells.marks[0]?.text).toBe("Jan 2026");
  });

  it("puts years that are too wide below each other", () => {
    const cells = toCells(days("2020-01-01", 2_000), 53);

    expect(cells.columns).toBe(53);
    expect(new Set(cells.places.map((place) => `${place.column} ${place.row}`)).size).toBe(2_000);
  });

  it("fills rows with keys that are no days", () => {
    expect(toCells(["a", "b", "c"], 2).places).toEqual([
      { column: 0, row: 0 },
      { column: 1, row: 0 },
      { column: 0, row: 1 },
    ]);
  });

  it("knows no order of a brush", () => {
    expect([brushed(3, 1), brushed(1, 3)]).toEqual([
      [1, 3],
      [1, 3],
    ]);
  });
});
