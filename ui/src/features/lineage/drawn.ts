import type { Graph } from "../../api/client";
import type { SceneRequest } from "../../graph/scene";
import { reach, toAdjacency, type Shape } from "../../graph/neighbourhood";

/** What is drawn: some nodes of the graph, and the edges among them by position. */
export interface Drawn {
  readonly nodes: Graph["nodes"];
  readonly request: SceneRequest;
  /** Two drawings of one name are laid out alike. */
  readonly name: string;
}

export interface Wanted {
  /** The asset in the middle; null draws everything. */
  readonly focus: string | null;
  readonly up: number;
  readonly down: number;
  readonly boxed: boolean;
  readonly folded: readonly string[];
}

interface Kept {
  readonly name: string;
  readonly order: readonly number[];
  readonly request: SceneRequest;
}

let last: Kept | undefined;

/**
 * The whole graph, or one asset with what is around it within some steps.
 *
 * As long as the graph has the same shape the answer's `request` is the same object, so that a change of state alone
 * lays nothing out anew.
 */
export function toDrawn(graph: Graph, wanted: Wanted): Drawn {
  const { focus, up, down, boxed, folded } = wanted;
  const around = focus === null ? "" : `${focus} ${up} ${down}`;
  const name = [graph.hash, around, boxed ? "boxed" : "", ...folded].join("\n");
  if (last?.name !== name) {
    const { order, shape } = choose(graph, wanted);
    const groups = order.map((node) => graph.nodes[node]?.asset.group ?? "");
    last = { name, order, request: { ...shape, groups, boxed, folded } };
  }
  const { order, request } = last;
  return { nodes: order.flatMap((node) => graph.nodes[node] ?? []), request, name };
}

function choose(graph: Graph, { focus, up, down }: Wanted): { order: number[]; shape: Shape } {
  const whole: Shape = { size: graph.nodes.length, edges: graph.edges };
  const centre = focus === null ? -1 : graph.nodes.findIndex((node) => node.asset.key === focus);
  if (centre < 0) return { order: graph.nodes.map((_, place) => place), shape: whole };
  const adjacency = toAdjacency(whole);
  const kept = new Set([
    ...reach(adjacency.upstream, [centre], up),
    ...reach(adjacency.downstream, [centre], down),
  ]);
  const order = [...kept].sort((a, b) => a - b);
  const place = new Map(order.map((node, position) => [node, position]));
  const edges: [number, number][] = [];
  for (const [above, below] of whole.edges) {
    const from = place.get(above);
    const to = place.get(below);
    if (from !== undefined && to !== undefined) edges.push([from, to]);
  }
  return { order, shape: { size: order.length, edges } };
}
