import { describe, expect, it } from "vitest";

import { layDown, layOut, toColumns } from "./layout";
import { lineageOf, reach, toAdjacency, type Shape } from "./neighbourhood";

const SIZES = { width: 100, height: 40, columnGap: 60, rowGap: 20 };

function randomShape(size: number, seed: number): Shape {
  let state = seed;
  const next = () => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const edges: [number, number][] = [];
  for (let down = 1; down < size; down += 1) {
    for (let n = 0; n < 2; n += 1) edges.push([Math.floor(next() * down), down]);
  }
  return { size, edges };
}

describe("layOut", () => {
  it("draws every edge from left to right", () => {
    const shape = randomShape(200, 7);
    const { places } = layOut(shape, SIZES);

    for (const [up, down] of shape.edges) expect(places[up]?.x ?? 0).toBeLessThan(places[down]?.x ?? 0);
  });

  it("puts no two nodes in one place", () => {
    const { places } = layOut(randomShape(300, 3), SIZES);

    expect(new Set(places.map((place) => `${place.x} ${place.y}`)).size).toBe(300);
  });

  it("keeps parallel chains from crossing", () => {
    const shape: Shape = {
      size: 6,
      edges: [
        [0, 3],
        [1, 2],
        [2, 4],
        [3, 5],
      ],
    };
    const { places } = layOut(shape, SIZES);
    const above = (a: number, b: number) => (places[a]?.y ?? 0) < (places[b]?.y ?? 0);

    expect(above(3, 2)).toBe(above(0, 1));
    expect(above(5, 4)).toBe(above(0, 1));
  });

  it("folds a column that is too tall to read", () => {
    const fan: Shape = { size: 101, edges: Array.from({ length: 100 }, (_, n) => [0, n + 1] as const) };
    const rows = new Map<number, number>();
    for (const { x } of layOut(fan, SIZES).places) rows.set(x, (rows.get(x) ?? 0) + 1);

    expect(Math.max(...rows.values())).toBeLessThanOrEqual(13);
  });

  it("leads a long edge between the nodes of the columns that it crosses", () => {
    const shape: Shape = {
      size: 4,
      edges: [
        [0, 1],
        [1, 2],
        [2, 3],
        [0, 3],
      ],
    };
    const { places, routes } = layOut(shape, SIZES);

    expect(routes.get(3)).toHaveLength(2);
    for (const point of routes.get(3) ?? []) {
      const behind = places.some(
        ({ x, y }) =>
          point.x >= x && point.x <= x + SIZES.width && point.y >= y && point.y <= y + SIZES.height,
      );
      expect(behind).toBe(false);
    }
  });

  it("survives circles", () => {
    const shape: Shape = {
      size: 3,
      edges: [
        [0, 1],
        [1, 2],
        [2, 0],
      ],
    };

    expect(toColumns(shape)).toEqual([[0], [1], [2]]);
    expect(layOut(shape, SIZES).places).toHaveLength(3);
  });

  it("lays out ten thousand nodes", () => {
    expect(layOut(randomShape(10_000, 5), SIZES).places).toHaveLength(10_000);
  });
});

describe("layDown", () => {
  it("draws every edge from top to bottom, and few beside each other", () => {
    const shape = randomShape(20, 7);
    const { places } = layDown(shape, SIZES);
    const abreast = new Map<number, number>();
    for (const { y } of places) abreast.set(y, (abreast.get(y) ?? 0) + 1);

    for (const [up, down] of shape.edges)
      expect((places[up]?.y ?? 0) + SIZES.height).toBeLessThan(places[down]?.y ?? 0);
    expect(Math.max(...abreast.values())).toBeLessThanOrEqual(3);
  });

  it("leaves room below a tall node", () => {
    const shape: Shape = { size: 2, edges: [[0, 1]] };
    const { places } = layDown(shape, SIZES, (node) => (node === 0 ? 400 : SIZES.height));

    expect(places[1]?.y).toBe(400 + SIZES.columnGap);
  });
});

describe("lineageOf", () => {
  const shape: Shape = {
    size: 5,
    edges: [
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 2],
    ],
  };
  const adjacency = toAdjacency(shape);

  it("has what leads to a node and what follows, not their other relatives", () => {
    expect([...lineageOf(adjacency, 1)].sort()).toEqual([0, 1, 2, 3]);
  });

  it("stops at a depth", () => {
    expect([...reach(adjacency.downstream, [0], 1)]).toEqual([0, 1]);
  });
});
