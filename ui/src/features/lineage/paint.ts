import { cutMiddle } from "../../components/format";
import type { Tokens } from "../../components/tokens";
import type { Tone } from "../../components/status";
import type { Place } from "../../graph/layout";
import { CARD, LINE, type Edge, type Scene } from "../../graph/scene";
import { contains, detailAt, seen, type MarkIndex, type View } from "../../graph/view";
import type { ColumnEdge, ColumnLines } from "./columnLines";
import type { MarkLook } from "./looks";

/** What a layer shows; `only` leaves out the marks that are not in it, and the edges between such. */
export interface Layer {
  readonly scene: Scene;
  readonly index: MarkIndex;
  readonly looks: readonly MarkLook[];
  readonly tokens: Tokens;
  readonly only: ReadonlySet<number> | null;
  /** Whether cards lie above the drawing, so that it need not show the marks itself. */
  readonly covered: boolean;
  /** The columns that are shown inside cards. */
  readonly columns: ColumnLines | null;
}

const BOX_RADIUS = 12;
const LEAST_TITLE = 46;
/** How far an edge between columns leads away from the cards that it swings round. */
const MOST_SWING = 48;

/** Draw a part of a scene. Everything of one colour is drawn in one go, which is what makes thousands quick. */
export function paint(
  pen: CanvasRenderingContext2D,
  layer: Layer,
  view: View,
  width: number,
  height: number,
): void {
  const { scene, index, only } = layer;
  const extent = seen(view, width, height);
  const marks = index.within(extent).filter((mark) => only === null || only.has(mark));
  const detail = detailAt(view.zoom);
  const titles = only === null ? paintBoxes(pen, layer, view, width, height) : [];
  pen.strokeStyle = only === null ? layer.tokens.quiet : layer.tokens.lit;
  // Where a column is followed, it is the columns that stand out, not the cards that hold them.
  const byColumn = (layer.columns?.lit.size ?? 0) > 0;
  pen.lineWidth = only === null || byColumn ? 1 : 2;
  // Edges between groups are long and many: they are there, and only stand out with what is lit.
  const isWhole = contains(extent, scene.bounds);
  const shown = (edge: Edge) =>
    (only === null || (only.has(edge.up) && only.has(edge.down))) &&
    (isWhole || crosses(scene, edge, extent));
  for (const inner of [true, false]) {
    pen.globalAlpha = only !== null ? (byColumn ? 0.35 : 0.9) : detail === "dots" ? 0.2 : inner ? 0.55 : 0.22;
    pen.beginPath();
    for (const edge of scene.edges) {
      if (edge.inner === inner && shown(edge)) traceEdge(pen, scene, edge, view, detail !== "dots");
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
  if (detail !== "dots") paintColumnEdges(pen, layer, view);
  if (!layer.covered && detail === "dots") paintDots(pen, layer, marks, view);
  if (!layer.covered && detail !== "dots") {
    for (const mark of marks) paintCard(pen, layer, mark, view, detail === "cards");
  }
  paintTitles(pen, layer, titles, view.zoom);
}

interface Title {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Boxes of groups; gives back their titles, which are to stand above everything else. */
function paintBoxes(
  pen: CanvasRenderingContext2D,
  { scene, tokens }: Layer,
  { left, top, zoom }: View,
  width: number,
  height: number,
): Title[] {
  pen.font = `600 ${titleSize(zoom)}px ${tokens.font}`;
  const titles: Title[] = [];
  for (const box of scene.boxes) {
    const [x, y, w, h] = [box.x * zoom + left, box.y * zoom + top, box.width * zoom, box.height * zoom];
    if (x > width || y > height || x + w < 0 || y + h < 0) continue;
    pen.beginPath();
    pen.roundRect(x, y, w, h, BOX_RADIUS * Math.min(1, zoom * 2));
    pen.fillStyle = tokens.surface;
    pen.fill();
    pen.strokeStyle = tokens.line;
    pen.stroke();
    if (w < LEAST_TITLE) continue;
    const inset = Math.min(24 * zoom, 14);
    titles.push({ text: shorten(pen, box.name, w - 2 * inset), x: x + inset, y: y + inset / 2 });
  }
  return titles;
}

function paintTitles(
  pen: CanvasRenderingContext2D,
  { tokens }: Layer,
  titles: readonly Title[],
  zoom: number,
): void {
  const size = titleSize(zoom);
  pen.font = `600 ${size}px ${tokens.font}`;
  pen.textBaseline = "top";
  for (const { text, x, y } of titles) {
    pen.globalAlpha = 0.85;
    pen.fillStyle = tokens.surface;
    pen.fillRect(x - 2, y - 1, pen.measureText(text).width + 4, size + 3);
    pen.globalAlpha = 1;
    pen.fillStyle = tokens.text;
    pen.fillText(text, x, y);
  }
}

function titleSize(zoom: number): number {
  return Math.min(15, Math.max(10, 22 * zoom));
}

function crosses(
  { x, y }: Scene,
  { up, down }: Edge,
  extent: { x: number; y: number; width: number; height: number },
) {
  const [ux, dx] = [x[up] ?? 0, x[down] ?? 0];
  const [uy, dy] = [y[up] ?? 0, y[down] ?? 0];
  return (
    Math.min(ux, dx) <= extent.x + extent.width &&
    Math.max(ux, dx) + CARD.width >= extent.x &&
    Math.min(uy, dy) <= extent.y + extent.height &&
    Math.max(uy, dy) + CARD.height >= extent.y
  );
}

/** The corners that an edge goes through, in the scene. */
export function pointsOf(scene: Scene, edge: Edge): { x: number; y: number }[] {
  const [x, y, nx, ny] = endsOf(scene, edge);
  return [{ x, y }, ...(edge.route ?? []), { x: nx, y: ny }];
}

function endsOf(
  { x, y, heights, down: isDown }: Scene,
  { up, down }: Edge,
): [number, number, number, number] {
  const [ux, uy, dx, dy] = [x[up] ?? 0, y[up] ?? 0, x[down] ?? 0, y[down] ?? 0];
  if (isDown) return [ux + CARD.width / 2, uy + (heights[up] ?? CARD.height), dx + CARD.width / 2, dy];
  return [ux + CARD.width, uy + CARD.height / 2, dx, dy + CARD.height / 2];
}

function traceEdge(
  pen: CanvasRenderingContext2D,
  scene: Scene,
  edge: Edge,
  { left, top, zoom }: View,
  curved: boolean,
): void {
  const [fromX, fromY, toX, toY] = endsOf(scene, edge);
  let [x, y] = [fromX * zoom + left, fromY * zoom + top];
  const go = (sceneX: number, sceneY: number) => {
    const [nx, ny] = [sceneX * zoom + left, sceneY * zoom + top];
    if (curved) pen.bezierCurveTo(...controls(scene.down, x, y, nx, ny, zoom), nx, ny);
    else pen.lineTo(nx, ny);
    [x, y] = [nx, ny];
  };
  pen.moveTo(x, y);
  edge.route?.forEach((point) => {
    go(point.x, point.y);
  });
  go(toX, toY);
}

/** What a curve between two points is drawn towards: it leaves the way that edges go. */
export function controls(
  down: boolean,
  x: number,
  y: number,
  nx: number,
  ny: number,
  zoom: number,
): [number, number, number, number] {
  const bend = bendOf(down ? ny - y : nx - x, zoom);
  return down ? [x, y + bend, nx, ny - bend] : [x + bend, y, nx - bend, ny];
}

/** How far a curve leaves level; one that goes back swings out wide. */
function bendOf(distance: number, zoom: number): number {
  return Math.max(distance / 2, Math.min(120, Math.abs(distance)) * 0.5 * Math.min(1, zoom));
}

function paintDots(pen: CanvasRenderingContext2D, layer: Layer, marks: readonly number[], view: View): void {
  const { scene, looks, tokens } = layer;
  const [w, h] = [Math.max(2, CARD.width * view.zoom), Math.max(2, CARD.height * view.zoom)];
  const byTone = new Map<string, number[]>();
  for (const mark of marks) {
    const look = looks[mark];
    const name = `${look?.tone ?? "idle"}${look?.hollow ? " hollow" : ""}`;
    const mine = byTone.get(name);
    if (mine) mine.push(mark);
    else byTone.set(name, [mark]);
  }
  for (const [name, mine] of byTone) {
    const [tone, hollow] = name.split(" ");
    pen.fillStyle = pen.strokeStyle = tokens.tones[tone as Tone];
    pen.globalAlpha = hollow ? 0.45 : 1;
    for (const mark of mine) {
      const x = (scene.x[mark] ?? 0) * view.zoom + view.left;
      const y = (scene.y[mark] ?? 0) * view.zoom + view.top;
      pen.fillRect(x, y, w, h);
    }
  }
  pen.globalAlpha = 1;
}

function paintCard(
  pen: CanvasRenderingContext2D,
  layer: Layer,
  mark: number,
  view: View,
  full: boolean,
): void {
  const look = layer.looks[mark];
  if (!look) return;
  const { scene, tokens } = layer;
  const zoom = view.zoom;
  const x = (scene.x[mark] ?? 0) * zoom + view.left;
  const y = (scene.y[mark] ?? 0) * zoom + view.top;
  const [w, h] = [CARD.width * zoom, (scene.heights[mark] ?? CARD.height) * zoom];
  const head = CARD.height * zoom;
  pen.beginPath();
  pen.roundRect(x, y, w, h, look.kind === "native" ? 5 * zoom : [5 * zoom, 18 * zoom, 18 * zoom, 5 * zoom]);
  pen.fillStyle = tokens.surface;
  pen.fill();
  pen.strokeStyle = tokens.line;
  pen.lineWidth = 1;
  pen.stroke();
  pen.fillStyle = tokens.kinds[look.kind];
  pen.fillRect(x, y + 2 * zoom, 4 * zoom, h - 4 * zoom);
  const middle = full ? y + 20 * zoom : y + head / 2;
  pen.beginPath();
  pen.arc(x + 18 * zoom, middle, 5 * zoom, 0, 2 * Math.PI);
  pen.fillStyle = pen.strokeStyle = tokens.tones[look.tone];
  if (look.hollow) pen.stroke();
  else pen.fill();
  pen.textBaseline = "middle";
  pen.fillStyle = tokens.text;
  pen.font = `600 ${full ? 14 * zoom : Math.min(13, 24 * zoom)}px ${tokens.font}`;
  pen.fillText(shorten(pen, look.name, w - 38 * zoom), x + 30 * zoom, middle);
  if (!full) return;
  pen.fillStyle = tokens.quiet;
  pen.font = `${11.5 * zoom}px ${tokens.font}`;
  pen.fillText(shorten(pen, look.detail, w - 24 * zoom), x + 13 * zoom, y + 42 * zoom);
  layer.columns?.names.get(mark)?.forEach(({ name }, line) => {
    pen.fillText(shorten(pen, name, w - 24 * zoom), x + 13 * zoom, y + lineMiddle(line) * zoom);
  });
}

/** How far below a card's top the middle of a line of it is; a line of -1 is its head. */
export function lineMiddle(line: number): number {
  return line < 0 ? CARD.height / 2 : CARD.height + 3 + (line + 0.5) * LINE;
}

/**
 * The curve of an edge between columns, in the scene: its ends, and between them the points that it is drawn towards.
 *
 * It leaves and arrives on the sides that face each other. Cards above each other have none such, so it swings round
 * their right.
 */
export function columnCurve({ x, y }: Scene, edge: ColumnEdge): readonly [Place, Place, Place, Place] {
  const [upX, downX] = [x[edge.up] ?? 0, x[edge.down] ?? 0];
  const fromY = (y[edge.up] ?? 0) + lineMiddle(edge.upLine);
  const toY = (y[edge.down] ?? 0) + lineMiddle(edge.downLine);
  const after = downX >= upX + CARD.width;
  const before = upX >= downX + CARD.width;
  const from = { x: before ? upX : upX + CARD.width, y: fromY };
  const to = { x: after ? downX : downX + CARD.width, y: toY };
  const middle =
    after || before
      ? (from.x + to.x) / 2
      : Math.max(from.x, to.x) + Math.min(MOST_SWING, Math.abs(toY - fromY) / 4);
  return [from, { x: middle, y: fromY }, { x: middle, y: toY }, to];
}

function paintColumnEdges(pen: CanvasRenderingContext2D, layer: Layer, { left, top, zoom }: View): void {
  const { scene, tokens, columns, only } = layer;
  if (columns === null) return;
  for (const lit of [false, true]) {
    pen.strokeStyle = lit ? tokens.lit : tokens.kinds.native;
    pen.lineWidth = lit ? 2 : 1;
    pen.globalAlpha = lit ? 1 : columns.lit.size > 0 ? 0.2 : 0.6;
    pen.beginPath();
    for (const edge of columns.edges) {
      if (edge.lit !== lit || (only !== null && !(only.has(edge.up) && only.has(edge.down)))) continue;
      const [from, first, second, to] = columnCurve(scene, edge).map((point): [number, number] => [
        point.x * zoom + left,
        point.y * zoom + top,
      ]) as [[number, number], [number, number], [number, number], [number, number]];
      pen.moveTo(...from);
      pen.bezierCurveTo(...first, ...second, ...to);
    }
    pen.stroke();
  }
  pen.globalAlpha = 1;
}

/** A text cut in its middle: names that begin alike differ at their end. */
function shorten(pen: CanvasRenderingContext2D, text: string, width: number): string {
  const whole = pen.measureText(text).width;
  if (whole <= width) return text;
  const fits = (length: number) => pen.measureText(cutMiddle(text, length)).width <= width;
  // Measuring is dear: it starts where letters of one width would end.
  let length = Math.max(0, Math.floor((text.length * width) / whole));
  while (length > 0 && !fits(length)) length -= 1;
  while (length < text.length && fits(length + 1)) length += 1;
  return cutMiddle(text, length);
}
