import { describe, expect, it } from "vitest";

import type { Graph, GraphNode } from "../../api/client";
import { toDrawn, type Wanted } from "./drawn";

const ALL: Wanted = {
  focus: null,
  up: 2,
  down: 2,
  boxed: false,
  narrow: false,
  folded: [],
  opened: [],
  lines: new Map(),
};

function graphOf(keys: string[], edges: [number, number][], status: string): Graph {
  const nodes = keys.map(
    (key) => ({ asset: { key, status, group: "g" }, level: 0, knot: null }) as unknown as GraphNode,
  );
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
    expect(toDrawn(graph, ALL).nodes).toHaveLength(4);
  });

  it("draws what is around the focus, with its own positions", () => {
    const drawn = toDrawn(graph, { ...ALL, focus: "c", up: 1, down: 0 });

    expect(drawn.nodes.map((node) => node.asset.key)).toEqual(["b", "c"]);
    expect(drawn.request.edges).toEqual([[0, 1]]);
  });

  it("draws many inputs of one as one, until they are opened", () => {
    const inputs = Array.from({ length: 12 }, (_, n) => `in${n}`);
    const wide = graphOf(
      [...inputs, "out"],
      inputs.map((_, n) => [n, 12]),
      "fresh",
    );

    expect(toDrawn(wide, ALL).bundles).toEqual([{ members: [...inputs.keys()], below: [12] }]);
    expect(toDrawn(wide, { ...ALL, opened: ["in0"] }).bundles).toEqual([]);
  });

  it("asks for the same layout while only states change", () => {
    const first = toDrawn(graph, ALL);
    const second = toDrawn(graphOf(["a", "b", "c", "d"], chain, "stale"), ALL);

    expect(second.request).toBe(first.request);
    expect(second.nodes[0]?.asset.status).toBe("stale");
  });
});
