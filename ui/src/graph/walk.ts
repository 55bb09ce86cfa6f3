import type { Scene } from "./scene";

export type Way = "left" | "right" | "up" | "down";

/**
 * The mark that an arrow key leads to from another; null where there is none that way.
 *
 * Against the edges and along them it is one that an edge leads to, if there is one; else the nearest on that side.
 */
export function walk(scene: Scene, from: number, way: Way): number | null {
  const level = way === "left" || way === "right";
  const sign = way === "right" || way === "down" ? 1 : -1;
  const [ahead, beside] = level ? [scene.x, scene.y] : [scene.y, scene.x];
  const distance = (places: Float32Array, mark: number) => (places[mark] ?? 0) - (places[from] ?? 0);
  const nearest = (marks: Iterable<number>): number | null => {
    let [best, least]: [number | null, number] = [null, Infinity];
    for (const mark of marks) {
      const gone = sign * distance(ahead, mark);
      const cost = gone + 2 * Math.abs(distance(beside, mark));
      if (gone > 0 && cost < least) [best, least] = [mark, cost];
    }
    return best;
  };
  const linked =
    level === scene.down
      ? []
      : scene.edges.flatMap(({ up, down }) => (up === from ? [down] : down === from ? [up] : []));
  return nearest(linked) ?? nearest(scene.assets.keys());
}
