import type { Shape } from "./neighbourhood";

/** Nodes that are drawn as one, because all of them lead to the same: many inputs of one thing. */
export interface Bundle {
  /** The nodes in it, in order; the first of them names the bundle. */
  readonly members: readonly number[];
  /** What they lead to. */
  readonly below: readonly number[];
}

/** From so many on, inputs of the same are one card. */
export const WIDE = 10;

/**
 * Bundles of nodes that have the same downstream and, where `groups` are drawn as boxes, stand in the same one.
 *
 * Drawing such nodes as one loses no way through the graph, and makes no circle that was not there.
 */
export function wideFanIns(shape: Shape, groups: readonly string[] | null, least = WIDE): Bundle[] {
  const inputs = new Int32Array(shape.size);
  for (const [, down] of shape.edges) inputs[down] = (inputs[down] ?? 0) + 1;
  const below: number[][] = Array.from({ length: shape.size }, () => []);
  const alone = new Uint8Array(shape.size);
  for (const [up, down] of shape.edges) {
    below[up]?.push(down);
    // What has few inputs has no wide ones, which is so of nearly everything.
    if ((inputs[down] ?? 0) < least) alone[up] = 1;
  }
  const alike = new Map<string, Bundle & { members: number[] }>();
  below.forEach((downs, node) => {
    if (downs.length === 0 || alone[node] === 1) return;
    const sorted = [...new Set(downs)].sort((a, b) => a - b);
    const name = `${groups?.[node] ?? ""}\n${sorted.join()}`;
    const known = alike.get(name);
    if (known) known.members.push(node);
    else alike.set(name, { members: [node], below: sorted });
  });
  return [...alike.values()].filter((bundle) => bundle.members.length >= least);
}
