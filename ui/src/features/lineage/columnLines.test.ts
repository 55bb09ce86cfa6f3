import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { toScene } from "../../graph/scene";
import { linesOf, litColumns, MOST_LINES, toColumnLines } from "./columnLines";

const TABLES: Schemas["ColumnTables"] = {
  items: [
    { key: "a", columns: [column("x"), column("y")] },
    { key: "b", columns: [column("x"), column("sum")] },
    { key: "c", columns: [] },
  ],
  edges: [
    ["a", "x", "b", "x"],
    ["a", "x", "b", "sum"],
    ["a", "y", "b", "sum"],
  ],
};

function column(name: string): Schemas["TableColumn"] {
  return { name, type: null };
}

describe("litColumns", () => {
  it("follows a column up and down, and never down again what it came up", () => {
    expect([...litColumns(TABLES.edges, { key: "b", column: "sum" })].sort()).toEqual([
      "a\nx",
      "a\ny",
      "b\nsum",
    ]);
  });

  it("ends in circles", () => {
    const edges: Schemas["ColumnTables"]["edges"] = [
      ["a", "x", "b", "x"],
      ["b", "x", "a", "x"],
    ];

    expect(litColumns(edges, { key: "a", column: "x" }).size).toBe(2);
  });
});

describe("toColumnLines", () => {
  const scene = toScene({
    size: 3,
    edges: [
      [0, 1],
      [1, 2],
    ],
    groups: ["", "", ""],
    boxed: false,
    narrow: false,
    folded: [],
    bundles: [],
    lines: new Map([
      [0, 2],
      [1, 2],
      [2, 1],
    ]),
  });
  const places = new Map([
    ["a", 0],
    ["b", 1],
    ["c", 2],
  ]);

  it("gives each edge the lines of its ends, and lights what belongs to the chosen column", () => {
    const { edges } = toColumnLines(TABLES, scene, places, { key: "a", column: "y" });

    expect(edges.map(({ upLine, downLine, lit }) => [upLine, downLine, lit])).toEqual([
      [0, 0, false],
      [0, 1, false],
      [1, 1, true],
    ]);
  });

  it("gives an asset without columns a line that says so, and a wide one no more than fit", () => {
    const wide = Array.from({ length: 60 }, (_, n) => column(`c${n}`));

    expect(
      linesOf({
        items: [
          { key: "c", columns: [] },
          { key: "w", columns: wide },
        ],
        edges: [],
      }),
    ).toEqual(
      new Map([
        ["c", 1],
        ["w", MOST_LINES],
      ]),
    );
  });
});
