import type { Graph } from "../../api/client";
import { wideFanIns, type Bundle } from "../../graph/fanIn";
import type { SceneRequest } from "../../graph/scene";
import { reach, toAdjacency, type Shape } from "../../graph/neighbourhood";
import type { Address } from "./useAddress";

/** What is drawn: some nodes of the graph, and the edges among them by position. */
export interface Drawn {
  readonly nodes: Graph["nodes"];
  readonly request: SceneRequest;
  /** Wide inputs that are one card each, as `request.bundles` has them; each goes by the key of its first asset. */
  readonly bundles: readonly Bundle[];
  /** Two drawings of one name are laid out alike. */
  readonly name: string;
  /** Two drawings of one base show the same cards, if with other columns in them. */
  readonly base: string;
}

export interface Wanted {
  /** The asset in the middle; null draws everything. */
  readonly focus: string | null;
  readonly up: number;
  readonly down: number;
  readonly boxed: boolean;
  /** Whether the screen is taller than it is wide. */
  readonly narrow: boolean;
  readonly folded: readonly string[];
  /** Bundles that are drawn one by one, by the key of their first asset. */
  readonly opened: readonly string[];
  /** How many lines of columns the cards of some assets have, by key. */
  readonly lines: ReadonlyMap<string, number>;
}

const BOXED_FROM = 150;

/** What an address of the lineage page wants of a graph. */
export function toWanted(
  graph: Graph,
  { focus, up, down, boxed, folded, opened }: Address,
  narrow: boolean,
  lines: ReadonlyMap<string, number>,
): Wanted {
  const isBoxed = boxed ?? (focus === null && graph.nodes.length >= BOXED_FROM);
  return { focus, up, down, boxed: isBoxed, narrow, folded, opened, lines };
}

interface Kept {
  readonly name: string;
  readonly order: readonly number[];
  readonly bundles: readonly Bundle[];
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
  const { focus, up, down, boxed, narrow, folded, opened, lines } = wanted;
  const around = focus === null ? "" : `${focus} ${up} ${down}`;
  const base = [
    graph.hash,
    around,
    boxed ? "boxed" : narrow ? "narrow" : "",
    ...folded,
    ...opened.map((key) => `open ${key}`),
  ].join("\n");
  const name = [base, ...[...lines].map(([key, count]) => `lines ${key} ${count}`)].join("\n");
  if (last?.name !== name) {
    const { order, shape } = choose(graph, wanted);
    const groups = order.map((node) => graph.nodes[node]?.asset.group ?? "");
    const open = new Set(opened);
    const keyAt = (place: number) => graph.nodes[order[place] ?? -1]?.asset.key ?? "";
    const bundles = wideFanIns(shape, boxed ? groups : null).filter(
      (bundle) => !open.has(keyAt(bundle.members[0] ?? -1)),
    );
    const tall = order.flatMap((_, place): [number, number][] => {
      const count = lines.get(keyAt(place));
      return count === undefined ? [] : [[place, count]];
    });
    const request = {
      ...shape,
      groups,
      boxed,
      narrow,
      folded,
      bundles: bundles.map((bundle) => bundle.members),
      lines: new Map(tall),
    };
    last = { name, order, bundles, request };
  }
  const { order, bundles, request } = last;
  return { nodes: order.flatMap((node) => graph.nodes[node] ?? []), request, bundles, name, base };
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
