import { toAdjacency, type Shape } from "./neighbourhood";

export interface Sizes {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
  readonly rowGap: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

const SWEEPS = 6;
const FEWEST_ROWS = 12;

/**
 * Places for the nodes of a layered drawing, left to right.
 *
 * Columns are the longest way from a root among the nodes that are drawn. Rows within a column follow the middle of
 * each node's neighbours, in sweeps back and forth, which straightens most edges.
 */
export function layOut(shape: Shape, sizes: Sizes): Place[] {
  const columns = toColumns(shape);
  const adjacency = toAdjacency(shape);
  const rank = new Array<number>(shape.size).fill(0);
  const note = (column: readonly number[]) => {
    column.forEach((node, row) => (rank[node] = row - (column.length - 1) / 2));
  };
  columns.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const forward = sweep % 2 === 0;
    const neighbours = forward ? adjacency.upstream : adjacency.downstream;
    for (const column of forward ? columns : [...columns].reverse()) {
      const middle = new Map(
        column.map((node) => [node, middleOf(neighbours[node] ?? [], rank, rank[node] ?? 0)]),
      );
      column.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || a - b);
      note(column);
    }
  }
  return place(columns, shape.size, sizes);
}

/** Places by column and row; a column that would be too tall to read beside the others is folded into several. */
function place(columns: readonly (readonly number[])[], size: number, sizes: Sizes): Place[] {
  const most = Math.max(FEWEST_ROWS, Math.ceil(1.2 * Math.sqrt(size)));
  const places: Place[] = new Array<Place>(size);
  let column = 0;
  for (const nodes of columns) {
    const folds = Math.ceil(nodes.length / most);
    const rows = Math.ceil(nodes.length / folds);
    nodes.forEach((node, position) => {
      const fold = Math.floor(position / rows);
      const height = Math.min(rows, nodes.length - fold * rows);
      places[node] = {
        x: (column + fold) * (sizes.width + sizes.columnGap),
        y: ((position % rows) - (height - 1) / 2) * (sizes.height + sizes.rowGap),
      };
    });
    column += folds;
  }
  return places;
}

/** Nodes by column: each stands one further than the furthest of its upstream; what goes in circles stays finite. */
export function toColumns(shape: Shape): number[][] {
  const { upstream, downstream } = toAdjacency(shape);
  const level = new Array<number>(shape.size).fill(0);
  const missing = upstream.map((ups) => ups.length);
  const ready = missing.flatMap((count, node) => (count === 0 ? [node] : []));
  const done = new Set(ready);
  for (let place = 0; place < shape.size; place += 1) {
    let node = ready[place];
    if (node === undefined) {
      // Only circles are left: the first of them is taken as if it had nothing upstream.
      node = missing.findIndex((_, candidate) => !done.has(candidate));
      ready.push(node);
      done.add(node);
    }
    for (const below of downstream[node] ?? []) {
      missing[below] = (missing[below] ?? 0) - 1;
      if (done.has(below)) continue;
      level[below] = Math.max(level[below] ?? 0, (level[node] ?? 0) + 1);
      if (missing[below] === 0) {
        ready.push(below);
        done.add(below);
      }
    }
  }
  const columns: number[][] = [];
  level.forEach((column, node) => (columns[column] ??= []).push(node));
  return columns.map((column) => column);
}

function middleOf(neighbours: readonly number[], rank: readonly number[], own: number): number {
  if (neighbours.length === 0) return own;
  const sorted = neighbours.map((node) => rank[node] ?? 0).sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? own;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? own) + upper) / 2;
}
