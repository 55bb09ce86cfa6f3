import type { Look } from "../../components/status";
import type { Tokens } from "../../components/tokens";
import type { Range } from "./grid";
import type { Cells } from "./heatmap";

/** Partitions in a row that stand alike, by the number of the first. */
export interface Drawn {
  readonly status: string;
  readonly start: number;
  readonly count: number;
}

/** What is kept free above the squares for words, in pixels. */
export const TOP = 18;
/** Squares of at least this size have round corners, and are hollow where there is nothing. */
const ROUND_FROM = 9;
const FAINT = 0.28;

function sizeOf(step: number): number {
  return step - Math.max(1, Math.round(step / 6));
}

function begin(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = window.devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen?.scale(scale, scale);
  return pen;
}

/** Every partition as a square in the colour of how it stands. */
export function drawSquares(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  ranges: readonly Drawn[],
  looks: Readonly<Record<string, Look>>,
  cells: Cells,
  tokens: Tokens,
): void {
  const pen = begin(canvas, width, height);
  if (!pen) return;
  pen.font = `11px ${tokens.font}`;
  pen.fillStyle = tokens.quiet;
  const size = sizeOf(cells.step);
  for (const { column, row, text } of cells.marks) {
    const x = cells.left + column * cells.step;
    // A word that would run out of the picture is left out; the first of its row is there even so.
    if (column > 0 && x + pen.measureText(text).width > width) continue;
    pen.fillText(text, x, TOP + row * cells.step - 5);
  }
  for (const { row, text } of cells.names)
    pen.fillText(text, 0, TOP + row * cells.step + Math.max(8, size / 2 + 4), cells.left - 6);
  const round = size >= ROUND_FROM;
  for (const { status, start, count } of ranges) {
    const look = looks[status];
    pen.strokeStyle = pen.fillStyle = tokens.tones[look?.tone ?? "idle"];
    pen.globalAlpha = look?.hollow ? (round ? 0.5 : FAINT) : 1;
    for (let number = start; number < start + count; number += 1) {
      const { column, row } = cells.placeOf(number);
      const [x, y] = [cells.left + column * cells.step, TOP + row * cells.step];
      if (!round) {
        pen.fillRect(x, y, size, size);
        continue;
      }
      pen.beginPath();
      pen.roundRect(x + 0.5, y + 0.5, size - 1, size - 1, 3);
      if (look?.hollow) pen.stroke();
      else pen.fill();
    }
  }
}

/** What is chosen, and what is pointed at. */
export function drawChosen(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  cells: Cells,
  chosen: readonly Range[],
  hovered: number | null,
  tokens: Tokens,
): void {
  const pen = begin(canvas, width, height);
  if (!pen) return;
  const size = sizeOf(cells.step);
  pen.strokeStyle = pen.fillStyle = tokens.text;
  const outline = (number: number) => {
    const { column, row } = cells.placeOf(number);
    pen.strokeRect(cells.left + column * cells.step - 1, TOP + row * cells.step - 1, size + 2, size + 2);
  };
  pen.lineWidth = 2;
  const first = chosen[0]?.[0];
  const last = chosen.at(-1)?.[1];
  if (size < ROUND_FROM) pen.globalAlpha = 0.45;
  for (const [low, high] of chosen) {
    for (let number = low; number <= high; number += 1) {
      if (size >= ROUND_FROM) {
        outline(number);
        continue;
      }
      const { column, row } = cells.placeOf(number);
      pen.fillRect(cells.left + column * cells.step, TOP + row * cells.step, cells.step, cells.step);
    }
  }
  pen.globalAlpha = 1;
  if (first !== undefined) outline(first);
  if (last !== undefined) outline(last);
  if (hovered !== null) outline(hovered);
}
