import type { Graph } from "../../api/client";
import { reach, toAdjacency, type Shape } from "../../graph/neighbourhood";

/** More than this at once can be neither read nor moved smoothly as cards. */
export const MOST_CARDS = 600;

/** What is drawn: some nodes of the graph, and the edges among them by position. */
export interface Drawn {
  readonly nodes: Graph["nodes"];
  readonly shape: Shape;
}

interface Kept {
  readonly name: string;
  readonly order: readonly number[];
  readonly shape: Shape;
}

let last: Kept | undefined;

/**
 * The whole graph, or one asset with what is around it within some steps.
 *
 * As long as the graph has the same shape the answer's `shape` is the same object, so that a change of state alone
 * lays nothing out anew.
 */
export function toDrawn(graph: Graph, focus: string | null, depth: number): Drawn {
  const name = `${graph.hash} ${focus ?? ""} ${depth}`;
  if (last?.name !== name) last = { name, ...choose(graph, focus, depth) };
  return { nodes: last.order.flatMap((node) => graph.nodes[node] ?? []), shape: last.shape };
}

function choose(graph: Graph, focus: string | null, depth: number): Omit<Kept, "name"> {
  const whole: Shape = { size: graph.nodes.length, edges: graph.edges };
  const centre = focus === null ? -1 : graph.nodes.findIndex((node) => node.asset.key === focus);
  if (centre < 0) return { order: graph.nodes.map((_, place) => place), shape: whole };
  const adjacency = toAdjacency(whole);
  const kept = new Set([
    ...reach(adjacency.upstream, [centre], depth),
    ...reach(adjacency.downstream, [centre], depth),
  ]);
  const order = [...kept].sort((a, b) => a - b);
  const place = new Map(order.map((node, position) => [node, position]));
  const edges: [number, number][] = [];
  for (const [up, down] of whole.edges) {
    const from = place.get(up);
    const to = place.get(down);
    if (from !== undefined && to !== undefined) edges.push([from, to]);
  }
  return { order, shape: { size: order.length, edges } };
}
