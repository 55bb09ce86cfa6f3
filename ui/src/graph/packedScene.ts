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
    numbers.set([edge.up, edge.down, edge.inner ? 1 : 0], place * 3);
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

export function unpack(packed: PackedScene): Scene {
  const assets: number[][] = [];
  let from = 0;
  for (const count of packed.counts) {
    assets.push(Array.from(packed.assets.subarray(from, from + count)));
    from += count;
  }
  const folds: (Fold | null)[] = assets.map(() => null);
  for (const [mark, fold] of packed.folds) folds[mark] = fold;
  const edges: Edge[] = [];
  for (let place = 0; place < packed.edges.length; place += 3) {
    const [up = 0, down = 0, inner] = packed.edges.subarray(place, place + 3);
    edges.push({ up, down, inner: inner === 1 });
  }
  for (const [place, route] of packed.routes) {
    const edge = edges[place];
    if (edge) edges[place] = { ...edge, route };
  }
  return { ...packed.kept, assets, folds, edges };
}
