import { toAdjacency, type Adjacency, type Shape } from "./neighbourhood";

export interface Sizes {
  readonly width: number;
  readonly height: number;
  readonly columnGap: number;
  readonly rowGap: number;
}

/** How tall a node is; most are as `Sizes` has it. */
export type HeightOf = (node: number) => number;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Where nodes stand, and the points between columns that long edges go through, by the edge's position. */
export interface Laid {
  readonly places: readonly Place[];
  readonly routes: ReadonlyMap<number, readonly Place[]>;
}

const SWEEPS = 8;
const FEWEST_ROWS = 12;
const MOST_ROUTED = 600;
const ROUTE_SHARE = 0.45;
/** Of a drawing from top to bottom: how many stand beside each other at least, and for each in it. */
const FEWEST_ABREAST = 2;
const ABREAST_SHARE = 0.23;

/**
 * Places for the nodes of a layered drawing, left to right; a place is a node's upper left corner.
 *
 * Columns are the longest way from a root among the nodes that are drawn. An edge over several columns holds a place of
 * its own in each, so that it passes between nodes and not behind them. Rows within a column follow the middle of each
 * one's neighbours, in sweeps back and forth, which straightens most edges.
 */
export function layOut(shape: Shape, sizes: Sizes, heightOf: HeightOf = () => sizes.height): Laid {
  const adjacency = toAdjacency(shape);
  const columns = toColumns(shape, adjacency);
  const tall = tallest(shape.size);
  const isLow = columns.every((column) => column.length <= tall);
  const routed = shape.size <= MOST_ROUTED && isLow ? addRoutes(shape, columns) : null;
  const isLonger = routed !== null && routed.standIns.size > 0;
  sortRows(routed?.columns ?? columns, isLonger ? toAdjacency(routed.shape) : adjacency);
  if (routed === null) {
    return { places: placeFolded(columns, shape.size, tall, sizes, heightOf), routes: new Map() };
  }
  return placeRouted(routed, shape.size, sizes, heightOf);
}

/**
 * Places of a drawing from top to bottom, for a screen that is taller than it is wide.
 *
 * What would be a column is a row, in several where too few can be read beside each other.
 */
export function layDown(shape: Shape, sizes: Sizes, heightOf: HeightOf = () => sizes.height): Laid {
  const adjacency = toAdjacency(shape);
  const layers = toColumns(shape, adjacency);
  sortRows(layers, adjacency);
  const most = Math.max(FEWEST_ABREAST, Math.ceil(Math.sqrt(ABREAST_SHARE * shape.size)));
  const step = sizes.width + sizes.rowGap;
  const places: Place[] = new Array<Place>(shape.size);
  let y = 0;
  for (const layer of layers) {
    const abreast = Math.ceil(layer.length / Math.ceil(layer.length / most));
    for (let first = 0; first < layer.length; first += abreast) {
      const mine = layer.slice(first, first + abreast);
      mine.forEach((node, place) => {
        places[node] = { x: (place - (mine.length - 1) / 2) * step, y };
      });
      y += Math.max(...mine.map(heightOf)) + sizes.rowGap;
    }
    y += sizes.columnGap - sizes.rowGap;
  }
  return { places, routes: new Map() };
}

/** How many rows a column may have and still be read beside the others. */
function tallest(size: number): number {
  return Math.max(FEWEST_ROWS, Math.ceil(1.2 * Math.sqrt(size)));
}

interface Routed {
  readonly shape: Shape;
  readonly columns: number[][];
  /** The stand-ins of an edge, by the edge's position. */
  readonly standIns: ReadonlyMap<number, readonly number[]>;
}

/** The drawing with a stand-in for each long edge in each column that it crosses. */
function addRoutes(shape: Shape, columns: readonly (readonly number[])[]): Routed {
  const level = new Array<number>(shape.size).fill(0);
  columns.forEach((column, place) => {
    for (const node of column) level[node] = place;
  });
  const wider = columns.map((column) => [...column]);
  const edges: [number, number][] = [];
  const standIns = new Map<number, number[]>();
  let size = shape.size;
  shape.edges.forEach(([up, down], edge) => {
    const [from, to] = [level[up] ?? 0, level[down] ?? 0];
    let last = up;
    const mine: number[] = [];
    for (let column = from + 1; column < to; column += 1) {
      wider[column]?.push(size);
      edges.push([last, size]);
      mine.push(size);
      last = size;
      size += 1;
    }
    edges.push([last, down]);
    if (mine.length > 0) standIns.set(edge, mine);
  });
  return { shape: { size, edges }, columns: wider, standIns };
}

/** Sort each column by the middle of its neighbours; this is nearly all the work of a layout, so it makes no objects. */
function sortRows(columns: number[][], { upstream, downstream }: Adjacency): void {
  const rank = new Float64Array(upstream.length);
  const middle = new Float64Array(upstream.length);
  const note = (column: readonly number[]) => {
    const half = (column.length - 1) / 2;
    column.forEach((node, row) => (rank[node] = row - half));
  };
  const compare = (a: number, b: number) => (middle[a] ?? 0) - (middle[b] ?? 0) || a - b;
  columns.forEach(note);
  const backwards = [...columns].reverse();
  let still = 0;
  for (let sweep = 0; sweep < SWEEPS && still < 2; sweep += 1) {
    const forward = sweep % 2 === 0;
    const neighbours = forward ? upstream : downstream;
    let moved = false;
    for (const column of forward ? columns : backwards) {
      for (const node of column) middle[node] = middleOf(neighbours[node] ?? [], rank, rank[node] ?? 0);
      if (column.every((node, row) => row === 0 || compare(column[row - 1] ?? 0, node) < 0)) continue;
      column.sort(compare);
      note(column);
      moved = true;
    }
    // Once it moves nothing either way, the sweeps that are left move nothing either.
    still = moved ? 0 : still + 1;
  }
}

function placeRouted({ columns, standIns }: Routed, size: number, sizes: Sizes, heightOf: HeightOf): Laid {
  const row = sizes.height + sizes.rowGap;
  const all: Place[] = [];
  columns.forEach((column, number) => {
    const heights = column.map((node) => (node < size ? heightOf(node) + sizes.rowGap : row * ROUTE_SHARE));
    let y = -heights.reduce((sum, height) => sum + height, 0) / 2;
    column.forEach((node, place) => {
      const x = number * (sizes.width + sizes.columnGap);
      all[node] = node < size ? { x, y } : { x: x + sizes.width / 2, y: y + (row * ROUTE_SHARE) / 2 };
      y += heights[place] ?? 0;
    });
  });
  const routes = new Map<number, Place[]>();
  for (const [edge, mine] of standIns)
    routes.set(
      edge,
      mine.flatMap((node) => all[node] ?? []),
    );
  return { places: all.slice(0, size), routes };
}

/** Places by column and row; a column that would be too tall to read beside the others is folded into several. */
function placeFolded(
  columns: readonly (readonly number[])[],
  size: number,
  most: number,
  sizes: Sizes,
  heightOf: HeightOf,
): Place[] {
  const places: Place[] = new Array<Place>(size);
  let column = 0;
  for (const nodes of columns) {
    const folds = Math.ceil(nodes.length / most);
    const rows = Math.ceil(nodes.length / folds);
    for (let fold = 0; fold < folds; fold += 1) {
      const mine = nodes.slice(fold * rows, (fold + 1) * rows);
      const height = mine.reduce((sum, node) => sum + heightOf(node) + sizes.rowGap, 0);
      let y = (sizes.height + sizes.rowGap - height) / 2;
      for (const node of mine) {
        places[node] = { x: (column + fold) * (sizes.width + sizes.columnGap), y };
        y += heightOf(node) + sizes.rowGap;
      }
    }
    column += folds;
  }
  return places;
}

/** Nodes by column: each stands one further than the furthest of its upstream; what goes in circles stays finite. */
export function toColumns(shape: Shape, { upstream, downstream } = toAdjacency(shape)): number[][] {
  const level = new Array<number>(shape.size).fill(0);
  const missing = upstream.map((ups) => ups.length);
  const ready = missing.flatMap((count, node) => (count === 0 ? [node] : []));
  const done = new Set(ready);
  let unready = 0;
  for (let place = 0; place < shape.size; place += 1) {
    let node = ready[place];
    if (node === undefined) {
      // Only circles are left: the first of them is taken as if it had nothing upstream.
      while (done.has(unready)) unready += 1;
      node = unready;
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
  // Within circles a level may be skipped.
  return columns.filter((column) => (column as number[] | undefined) !== undefined);
}

function middleOf(neighbours: readonly number[], rank: Float64Array, own: number): number {
  const [first, second] = neighbours;
  if (first === undefined) return own;
  if (second === undefined) return rank[first] ?? 0;
  if (neighbours.length === 2) return ((rank[first] ?? 0) + (rank[second] ?? 0)) / 2;
  const sorted = neighbours.map((node) => rank[node] ?? 0).sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? own;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? own) + upper) / 2;
}
