/** A lineage graph as plain positions: an edge goes from upstream to downstream. */
export interface Shape {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
}

export interface Adjacency {
  readonly upstream: readonly (readonly number[])[];
  readonly downstream: readonly (readonly number[])[];
}

export function toAdjacency(shape: Shape): Adjacency {
  const upstream: number[][] = Array.from({ length: shape.size }, () => []);
  const downstream: number[][] = Array.from({ length: shape.size }, () => []);
  for (const [up, down] of shape.edges) {
    upstream[down]?.push(up);
    downstream[up]?.push(down);
  }
  return { upstream, downstream };
}

/** Everything that can be reached from some nodes, themselves included, within a number of steps. */
export function reach(
  neighbours: readonly (readonly number[])[],
  from: readonly number[],
  depth = Infinity,
): Set<number> {
  const reached = new Set(from);
  let edge = [...from];
  for (let step = 0; step < depth && edge.length > 0; step += 1) {
    const next: number[] = [];
    for (const node of edge) {
      for (const other of neighbours[node] ?? []) {
        if (!reached.has(other)) {
          reached.add(other);
          next.push(other);
        }
      }
    }
    edge = next;
  }
  return reached;
}

/** A node with all that leads to it and all that follows from it, within a number of steps. */
export function lineageOf(adjacency: Adjacency, node: number, depth = Infinity): Set<number> {
  return new Set([
    ...reach(adjacency.upstream, [node], depth),
    ...reach(adjacency.downstream, [node], depth),
  ]);
}

/** Every node on some way between two nodes, whichever of them is upstream; empty where neither leads to the other. */
export function between(adjacency: Adjacency, one: number, other: number): Set<number> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    const below = reach(adjacency.downstream, [from]);
    if (!below.has(to)) continue;
    const above = reach(adjacency.upstream, [to]);
    return new Set([...below].filter((node) => above.has(node)));
  }
  return new Set();
}

/** Of some troubled nodes those that no other troubled node leads to: where to look first. */
export function firstCauses(adjacency: Adjacency, troubled: ReadonlySet<number>): number[] {
  return [...troubled].filter((node) => {
    for (const above of reach(adjacency.upstream, [node])) {
      if (above !== node && troubled.has(above)) return false;
    }
    return true;
  });
}
