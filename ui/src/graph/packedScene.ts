import type { Place } from "./layout";
import type { Edge, Fold, Scene } from "./scene";

/** A scene as a few long arrays: to copy ten thousand small objects from a worker takes longer than to make them anew. */
export interface PackedScene {
  readonly kept: Pick<Scene, "x" | "y" | "heights" | "markOf" | "boxes" | "bounds" | "down">;
  /** The assets of all marks one after the other, and how many each mark has. */
  readonly assets: Int32Array;
  readonly counts: Int32Array;
  readonly folds: readonly (readonly [number, Fold])[];
  /** Of each edge the upper mark, the lower mark, and 1 where it is an inner one. */
  readonly edges: Int32Array;
  readonly routes: readonly (readonly [number, readonly Place[]])[];
}

export function pack({
  x,
  y,
  heights,
  markOf,
  boxes,
  bounds,
  down,
  assets,
  folds,
  edges,
}: Scene): PackedScene {
  const numbers = new Int32Array(edges.length * 3);
  edges.forEach((edge, place) => {
    numbers[place * 3] = edge.up;
    numbers[place * 3 + 1] = edge.down;
    numbers[place * 3 + 2] = edge.inner ? 1 : 0;
  });
  return {
    kept: { x, y, heights, markOf, boxes, bounds, down },
    assets: Int32Array.from(assets.flat()),
    counts: Int32Array.from(assets, (mine) => mine.length),
    folds: folds.flatMap((fold, mark) => (fold === null ? [] : [[mark, fold] as const])),
    edges: numbers,
    routes: edges.flatMap(({ route }, place) => (route === undefined ? [] : [[place, route] as const])),
  };
}

/** The scene again; it makes nothing but that, since the page stands still meanwhile. */
export function unpack(packed: PackedScene): Scene {
  const assets: number[][] = [];
  let next = 0;
  for (const count of packed.counts) {
    const mine: number[] = [];
    for (const end = next + count; next < end; next += 1) mine.push(packed.assets[next] ?? 0);
    assets.push(mine);
  }
  const folds: (Fold | null)[] = assets.map(() => null);
  for (const [mark, fold] of packed.folds) folds[mark] = fold;
  const edges: Edge[] = [];
  const numbers = packed.edges;
  for (let place = 0; place < numbers.length; place += 3) {
    edges.push({ up: numbers[place] ?? 0, down: numbers[place + 1] ?? 0, inner: numbers[place + 2] === 1 });
  }
  for (const [place, route] of packed.routes) {
    const edge = edges[place];
    if (edge) edges[place] = { ...edge, route };
  }
  return { ...packed.kept, assets, folds, edges };
}
