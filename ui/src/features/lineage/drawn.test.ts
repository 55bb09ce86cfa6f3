import { describe, expect, it } from "vitest";

import type { Graph, GraphNode } from "../../api/client";
import { toDrawn } from "./drawn";

function graphOf(keys: string[], edges: [number, number][], status: string): Graph {
  const nodes = keys.map((key) => ({ asset: { key, status }, level: 0, knot: null }) as unknown as GraphNode);
  return { nodes, edges, hash: `${keys.join()} ${edges.join()}` };
}

describe("toDrawn", () => {
  const chain: [number, number][] = [
    [0, 1],
    [1, 2],
    [2, 3],
  ];
  const graph = graphOf(["a", "b", "c", "d"], chain, "fresh");

  it("draws everything without a focus", () => {
    expect(toDrawn(graph, null, 2).nodes).toHaveLength(4);
  });

  it("draws what is around the focus, with its own positions", () => {
    const drawn = toDrawn(graph, "c", 1);

    expect(drawn.nodes.map((node) => node.asset.key)).toEqual(["b", "c", "d"]);
    expect(drawn.shape.edges).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it("keeps the shape's identity while only states change", () => {
    const first = toDrawn(graph, null, 2);
    const second = toDrawn(graphOf(["a", "b", "c", "d"], chain, "stale"), null, 2);

    expect(second.shape).toBe(first.shape);
    expect(second.nodes[0]?.asset.status).toBe("stale");
  });
});
