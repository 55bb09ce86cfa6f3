import { layDown, layOut, toColumns, type Place, type Sizes } from "./layout";
import type { Shape } from "./neighbourhood";

/** What is to be drawn of a graph: which assets, and how they are gathered. */
export interface SceneRequest {
  readonly size: number;
  readonly edges: readonly (readonly [number, number])[];
  /** The group of each asset, by its position. */
  readonly groups: readonly string[];
  /** Whether groups stand in boxes of their own. */
  readonly boxed: boolean;
  /** Whether it is drawn from top to bottom, for a narrow screen; boxes stand as they do on any. */
  readonly narrow: boolean;
  /** Groups that are drawn as one mark. */
  readonly folded: readonly string[];
  /** Other assets that are drawn as one mark, such as the many inputs of one. */
  readonly bundles: readonly (readonly number[])[];
  /** How many lines of columns a card has below its head, by the asset's position. */
  readonly lines: ReadonlyMap<number, number>;
}

/** What a mark stands for where that is no single asset: a group by name, or a bundle by its place in the request. */
export type Fold =
  { readonly kind: "group"; readonly name: string } | { readonly kind: "bundle"; readonly place: number };

export interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

export interface Edge {
  readonly up: number;
  readonly down: number;
  /** Whether both ends are of one group, or groups have no boxes. */
  readonly inner: boolean;
  readonly route?: readonly Place[];
}

/**
 * A drawing in its own coordinates. A mark is an asset, a folded group or a bundle; all are of one width, and those
 * whose columns are shown are taller. `assets` has the assets of each mark.
 */
export interface Scene {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly heights: Float32Array;
  readonly assets: readonly (readonly number[])[];
  /** What a mark of several assets stands for. */
  readonly folds: readonly (Fold | null)[];
  /** The mark of each asset. */
  readonly markOf: Int32Array;
  readonly edges: readonly Edge[];
  readonly boxes: readonly Box[];
  readonly bounds: Omit<Box, "name" | "count">;
  /** Whether edges go from top to bottom, and not from left to right. */
  readonly down: boolean;
}

/** The edition of these rules: a scene that was kept under another one is laid out anew. */
export const LAYOUT = 5;
export const CARD: Sizes = { width: 216, height: 58, columnGap: 72, rowGap: 22 };
/** A line of a column below a card's head, and what is left free below the last. */
export const LINE = 24;
const LINES_END = 8;
const PAD = 24;
const TITLE = 34;
const BOX_GAP = 56;
const ASPECT = 1.7;

/** Lay out a scene; takes long for thousands of assets, so it is called in a worker. */
export function toScene(request: SceneRequest): Scene {
  const marks = toMarks(request);
  const heights = Float32Array.from(marks.assets, (assets, mark) =>
    marks.folds[mark] === null ? heightFor(request.lines.get(assets[0] ?? -1) ?? 0) : CARD.height,
  );
  const laid = request.boxed ? inBoxes(marks, heights, request) : plain(marks, heights, request.narrow);
  const x = new Float32Array(laid.places.length);
  const y = new Float32Array(laid.places.length);
  laid.places.forEach((place, mark) => {
    x[mark] = place.x;
    y[mark] = place.y;
  });
  const edges = marks.shape.edges.map(([up, down], edge) => {
    const route = laid.routes.get(edge);
    const inner = !request.boxed || groupAt(marks, request, up) === groupAt(marks, request, down);
    return route === undefined ? { up, down, inner } : { up, down, inner, route };
  });
  return {
    x,
    y,
    heights,
    assets: marks.assets,
    folds: marks.folds,
    markOf: marks.markOf,
    edges,
    boxes: laid.boxes,
    bounds: boundsOf(laid.places, heights, laid.boxes),
    down: request.narrow && !request.boxed,
  };
}

/** How tall a card with some lines of columns is. */
export function heightFor(lines: number): number {
  return lines === 0 ? CARD.height : CARD.height + lines * LINE + LINES_END;
}

interface Marks {
  readonly shape: Shape;
  readonly assets: readonly (readonly number[])[];
  readonly folds: readonly (Fold | null)[];
  readonly markOf: Int32Array;
}

function toMarks(request: SceneRequest): Marks {
  const { size, edges } = request;
  const foldOf = toFolds(request);
  const assets: number[][] = [];
  const folds: (Fold | null)[] = [];
  const markOf = new Int32Array(size);
  const markOfFold = new Map<Fold, number>();
  for (let asset = 0; asset < size; asset += 1) {
    const fold = foldOf(asset);
    const mark = (fold === null ? undefined : markOfFold.get(fold)) ?? assets.length;
    if (mark === assets.length) {
      assets.push([]);
      folds.push(fold);
      if (fold !== null) markOfFold.set(fold, mark);
    }
    assets[mark]?.push(asset);
    markOf[asset] = mark;
  }
  if (markOfFold.size === 0) return { shape: { size, edges }, assets, folds, markOf };
  const merged = new Map<number, [number, number]>();
  for (const [up, down] of edges) {
    const pair: [number, number] = [markOf[up] ?? 0, markOf[down] ?? 0];
    if (pair[0] !== pair[1]) merged.set(pair[0] * assets.length + pair[1], pair);
  }
  return { shape: { size: assets.length, edges: [...merged.values()] }, assets, folds, markOf };
}

/** What each asset is folded into; a folded group takes its assets out of their bundles. */
function toFolds({ groups, folded, bundles }: SceneRequest): (asset: number) => Fold | null {
  const byGroup = new Map<string, Fold>(folded.map((name) => [name, { kind: "group", name }]));
  const byAsset = new Map<number, Fold>();
  bundles.forEach((members, place) => {
    const fold: Fold = { kind: "bundle", place };
    for (const asset of members) byAsset.set(asset, fold);
  });
  return (asset) => byGroup.get(groups[asset] ?? "") ?? byAsset.get(asset) ?? null;
}

function groupAt(marks: Marks, request: SceneRequest, mark: number): string {
  return request.groups[marks.assets[mark]?.[0] ?? 0] ?? "";
}

interface Arranged {
  readonly places: readonly Place[];
  readonly routes: ReadonlyMap<number, readonly Place[]>;
  readonly boxes: readonly Box[];
}

function plain(marks: Marks, heights: Float32Array, narrow: boolean): Arranged {
  const lay = narrow ? layDown : layOut;
  return { ...lay(marks.shape, CARD, (mark) => heights[mark] ?? CARD.height), boxes: [] };
}

/** Each group laid out for itself; the groups flow in columns, those that feed others first. */
function inBoxes(marks: Marks, heights: Float32Array, request: SceneRequest): Arranged {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  const groupOf = marks.assets.map((_, mark) => {
    const name = groupAt(marks, request, mark);
    const known = numbers.get(name);
    if (known !== undefined) return known;
    numbers.set(name, names.length);
    names.push(name);
    return names.length - 1;
  });
  const parts = toParts(marks, heights, groupOf, names.length);
  const corners = flow(parts, groupOf, marks.shape);
  const places = new Array<Place>(marks.shape.size);
  const routes = new Map<number, readonly Place[]>();
  const boxes: Box[] = [];
  parts.forEach((part, number) => {
    const corner = corners[number] ?? { x: 0, y: 0 };
    const shift = (place: Place) => ({ x: place.x + corner.x, y: place.y + corner.y });
    part.marks.forEach((mark, position) => {
      places[mark] = shift(part.places[position] ?? { x: 0, y: 0 });
    });
    for (const [edge, route] of part.routes) routes.set(edge, route.map(shift));
    const isFolded = part.marks.length === 1 && marks.folds[part.marks[0] ?? 0]?.kind === "group";
    if (!isFolded) {
      const count = part.marks.reduce((sum, mark) => sum + (marks.assets[mark]?.length ?? 0), 0);
      boxes.push({ name: names[number] ?? "", ...corner, width: part.width, height: part.height, count });
    }
  });
  return { places, routes, boxes };
}

interface Part {
  readonly marks: readonly number[];
  readonly places: readonly Place[];
  readonly routes: ReadonlyMap<number, readonly Place[]>;
  readonly width: number;
  readonly height: number;
}

function toParts(marks: Marks, heights: Float32Array, groupOf: readonly number[], count: number): Part[] {
  const members: number[][] = Array.from({ length: count }, () => []);
  const inner: { edges: [number, number][]; outer: number[] }[] = Array.from({ length: count }, () => ({
    edges: [],
    outer: [],
  }));
  const position = groupOf.map((group, mark) => (members[group]?.push(mark) ?? 1) - 1);
  marks.shape.edges.forEach(([up, down], edge) => {
    const group = groupOf[up] ?? 0;
    if (group !== groupOf[down]) return;
    inner[group]?.edges.push([position[up] ?? 0, position[down] ?? 0]);
    inner[group]?.outer.push(edge);
  });
  return members.map((mine, group) => {
    const edges = inner[group]?.edges ?? [];
    const tall = Float32Array.from(mine, (mark) => heights[mark] ?? CARD.height);
    const laid = layOut({ size: mine.length, edges }, CARD, (node) => tall[node] ?? CARD.height);
    const box = boundsOf(laid.places, tall, []);
    const shift = (place: Place) => ({ x: place.x - box.x + PAD, y: place.y - box.y + PAD + TITLE });
    const routes = new Map(
      [...laid.routes].map(([edge, route]) => [inner[group]?.outer[edge] ?? 0, route.map(shift)]),
    );
    return {
      marks: mine,
      places: laid.places.map(shift),
      routes,
      width: box.width + 2 * PAD,
      height: box.height + 2 * PAD + TITLE,
    };
  });
}

/** Corners of the groups: in columns of about one height, so that the whole is a little wider than tall. */
function flow(parts: readonly Part[], groupOf: readonly number[], shape: Shape): Place[] {
  const pairs = new Map<number, [number, number]>();
  for (const [up, down] of shape.edges) {
    const pair: [number, number] = [groupOf[up] ?? 0, groupOf[down] ?? 0];
    if (pair[0] !== pair[1]) pairs.set(pair[0] * parts.length + pair[1], pair);
  }
  const order = toColumns({ size: parts.length, edges: [...pairs.values()] }).flat();
  const area = parts.reduce((sum, part) => sum + (part.width + BOX_GAP) * (part.height + BOX_GAP), 0);
  const tallest = Math.max(...parts.map((part) => part.height), Math.sqrt(area / ASPECT));
  const corners = new Array<Place>(parts.length);
  let [x, y, widest] = [0, 0, 0];
  for (const group of order) {
    const part = parts[group];
    if (!part) continue;
    if (y > 0 && y + part.height > tallest) {
      x += widest + BOX_GAP;
      [y, widest] = [0, 0];
    }
    corners[group] = { x, y };
    y += part.height + BOX_GAP;
    widest = Math.max(widest, part.width);
  }
  return corners;
}

function boundsOf(places: readonly Place[], heights: Float32Array, boxes: readonly Box[]): Scene["bounds"] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  places.forEach((place, node) => {
    left = Math.min(left, place.x);
    top = Math.min(top, place.y);
    right = Math.max(right, place.x + CARD.width);
    bottom = Math.max(bottom, place.y + (heights[node] ?? CARD.height));
  });
  for (const box of boxes) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  if (left === Infinity) return { x: 0, y: 0, width: 1, height: 1 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}
