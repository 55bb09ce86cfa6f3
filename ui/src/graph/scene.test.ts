import { describe, expect, it } from "vitest";

import { CARD, heightFor, toScene, type SceneRequest } from "./scene";
import { centreOn, detailAt, fit, MarkIndex, seen, zoomAt } from "./view";

const CHAIN: SceneRequest = {
  size: 4,
  edges: [
    [0, 1],
    [1, 2],
    [2, 3],
  ],
  groups: ["a", "a", "b", "b"],
  boxed: false,
  narrow: false,
  folded: [],
  bundles: [],
  lines: new Map(),
};

function grid(size: number): SceneRequest {
  const edges = Array.from({ length: size - 1 }, (_, n) => [Math.floor(n / 3), n + 1] as const);
  return {
    size,
    edges,
    groups: Array.from({ length: size }, (_, n) => `g${n % 40}`),
    boxed: true,
    narrow: false,
    folded: [],
    bundles: [],
    lines: new Map(),
  };
}

describe("toScene", () => {
  it("keeps a group's assets within its box, and boxes apart", () => {
    const scene = toScene(grid(400));

    expect(scene.boxes).toHaveLength(40);
    for (const [place, box] of scene.boxes.entries()) {
      for (const other of scene.boxes.slice(place + 1)) {
        const apart =
          box.x + box.width <= other.x ||
          other.x + other.width <= box.x ||
          box.y + box.height <= other.y ||
          other.y + other.height <= box.y;
        expect(apart).toBe(true);
      }
    }
    scene.x.forEach((x, mark) => {
      const box = scene.boxes.find((each) => each.name === `g${mark % 40}`);
      expect(x).toBeGreaterThanOrEqual(box?.x ?? Infinity);
      expect(x + CARD.width).toBeLessThanOrEqual((box?.x ?? 0) + (box?.width ?? 0));
    });
  });

  it("draws a folded group as one mark that keeps the group's edges", () => {
    const scene = toScene({ ...CHAIN, folded: ["a"] });

    expect(scene.assets).toEqual([[0, 1], [2], [3]]);
    expect(scene.folds).toEqual([{ kind: "group", name: "a" }, null, null]);
    expect(scene.edges.map(({ up, down }) => [up, down])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect([...scene.markOf]).toEqual([0, 0, 1, 2]);
  });

  it("draws a bundle as one mark, and opens it with its group's fold", () => {
    const scene = toScene({ ...CHAIN, bundles: [[0, 1]] });

    expect(scene.folds).toEqual([{ kind: "bundle", place: 0 }, null, null]);
    expect(toScene({ ...CHAIN, bundles: [[0, 1]], folded: ["a"] }).folds[0]).toEqual({
      kind: "group",
      name: "a",
    });
  });

  it("makes room for the columns of a card, so that none lies on another", () => {
    const request = {
      ...CHAIN,
      edges: [[0, 3] as const, [1, 3] as const, [2, 3] as const],
      lines: new Map([[1, 12]]),
    };
    const { x, y, heights } = toScene(request);

    expect(heights[1]).toBe(heightFor(12));
    for (let one = 0; one < 4; one += 1) {
      for (let other = one + 1; other < 4; other += 1) {
        if (x[one] !== x[other]) continue;
        const [above, below] = (y[one] ?? 0) < (y[other] ?? 0) ? [one, other] : [other, one];
        expect((y[above] ?? 0) + (heights[above] ?? 0)).toBeLessThan(y[below] ?? 0);
      }
    }
  });

  it("tells edges within a group from those between groups", () => {
    expect(toScene({ ...CHAIN, boxed: true }).edges.map((edge) => edge.inner)).toEqual([true, false, true]);
  });

  it("lays out ten thousand assets in groups", () => {
    const scene = toScene(grid(10_000));

    expect(scene.x).toHaveLength(10_000);
    expect(scene.bounds.width / scene.bounds.height).toBeGreaterThan(0.5);
    expect(scene.bounds.width / scene.bounds.height).toBeLessThan(5);
  });
});

describe("a view", () => {
  const scene = toScene(grid(400));
  const index = new MarkIndex(scene);

  it("fits everything", () => {
    const { x, y, width, height } = seen(fit(scene.bounds, 800, 600), 800, 600);

    expect(x).toBeLessThanOrEqual(scene.bounds.x);
    expect(y).toBeLessThanOrEqual(scene.bounds.y);
    expect(x + width).toBeGreaterThanOrEqual(scene.bounds.x + scene.bounds.width);
    expect(y + height).toBeGreaterThanOrEqual(scene.bounds.y + scene.bounds.height);
  });

  it("zooms around the pointer", () => {
    const before = { left: 10, top: 20, zoom: 0.5 };
    const after = zoomAt(before, 300, 200, 1.7);

    expect((300 - after.left) / after.zoom).toBeCloseTo((300 - before.left) / before.zoom);
    expect((200 - after.top) / after.zoom).toBeCloseTo((200 - before.top) / before.zoom);
  });

  it("brings a mark to the middle, near enough to be read", () => {
    const view = centreOn(scene, 7, { left: 0, top: 0, zoom: 0.05 }, 800, 600);

    expect(detailAt(view.zoom)).toBe("cards");
    expect(index.at((400 - view.left) / view.zoom, (300 - view.top) / view.zoom)).toBe(7);
  });

  it("finds just what touches an extent, whatever its size", () => {
    const touching = ({ x, y, width, height }: { x: number; y: number; width: number; height: number }) =>
      [...scene.x.keys()].filter(
        (mark) =>
          (scene.x[mark] ?? 0) <= x + width &&
          (scene.x[mark] ?? 0) + CARD.width >= x &&
          (scene.y[mark] ?? 0) <= y + height &&
          (scene.y[mark] ?? 0) + CARD.height >= y,
      );
    for (const extent of [
      { x: 100, y: 50, width: 900, height: 700 },
      { x: -50, y: -50, width: 10, height: 10 },
      scene.bounds,
    ]) {
      expect(index.within(extent).sort((a, b) => a - b)).toEqual(touching(extent));
    }
  });
});
