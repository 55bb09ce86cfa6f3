import type { Scene } from "./scene";
import { CARD } from "./scene";

/** How a scene is looked at: a scene's point (x, y) is at (x * zoom + left, y * zoom + top) on the screen. */
export interface View {
  readonly left: number;
  readonly top: number;
  readonly zoom: number;
}

export interface Extent {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const LEAST_ZOOM = 0.008;
export const MOST_ZOOM = 1.8;

/** From afar an asset is a dot, then a name, then a card. */
export type Detail = "dots" | "names" | "cards";

export function detailAt(zoom: number): Detail {
  return zoom < 0.26 ? "dots" : zoom < 0.5 ? "names" : "cards";
}

/** The view that shows an extent whole in a frame. */
export function fit(extent: Extent, width: number, height: number, mostZoom = 1): View {
  const margin = 0.94;
  const zoom = clamp(
    Math.min((width * margin) / extent.width, (height * margin) / extent.height),
    LEAST_ZOOM,
    mostZoom,
  );
  return {
    zoom,
    left: width / 2 - (extent.x + extent.width / 2) * zoom,
    top: height / 2 - (extent.y + extent.height / 2) * zoom,
  };
}

/** Zoomed by a factor, with the point under the pointer staying where it is. */
export function zoomAt(view: View, x: number, y: number, factor: number): View {
  const zoom = clamp(view.zoom * factor, LEAST_ZOOM, MOST_ZOOM);
  const scale = zoom / view.zoom;
  return { zoom, left: x - (x - view.left) * scale, top: y - (y - view.top) * scale };
}

/** The view with a mark in the middle, near enough to be read. */
export function centreOn(scene: Scene, mark: number, view: View, width: number, height: number): View {
  const zoom = Math.max(view.zoom, 0.6);
  const x = (scene.x[mark] ?? 0) + CARD.width / 2;
  const y = (scene.y[mark] ?? 0) + CARD.height / 2;
  return { zoom, left: width / 2 - x * zoom, top: height / 2 - y * zoom };
}

/** The part of a scene that a frame shows, with a margin around it in pixels of the screen. */
export function seen(view: View, width: number, height: number, margin = 0): Extent {
  return {
    x: (-margin - view.left) / view.zoom,
    y: (-margin - view.top) / view.zoom,
    width: (width + 2 * margin) / view.zoom,
    height: (height + 2 * margin) / view.zoom,
  };
}

/** Whether an extent has the whole of another in it. */
export function contains(outer: Extent, inner: Extent): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

const CELL = 480;
const ROWS = 2 ** 26;

/** A number of its own for each cell, as far as a scene reaches. */
function cellAt(column: number, row: number): number {
  return column * ROWS + row;
}

/** The marks that are in or touch each cell. */
function toCells({ x: lefts, y: tops, heights }: Scene): Map<number, number[]> {
  const cells = new Map<number, number[]>();
  lefts.forEach((x, mark) => {
    const y = tops[mark] ?? 0;
    for (const column of [Math.floor(x / CELL), Math.floor((x + CARD.width) / CELL)]) {
      const last = Math.floor((y + (heights[mark] ?? CARD.height)) / CELL);
      for (let row = Math.floor(y / CELL); row <= last; row += 1) {
        const name = cellAt(column, row);
        const cell = cells.get(name);
        if (cell === undefined) cells.set(name, [mark]);
        else if (cell.at(-1) !== mark) cell.push(mark);
      }
    }
  });
  return cells;
}

/** Finds the marks of a part of a scene without looking at all of them. */
export class MarkIndex {
  private known: ReadonlyMap<number, readonly number[]> | undefined;

  constructor(private readonly scene: Scene) {}

  /** Made when it is first needed: a scene that is shown whole, as the first frame does, needs none. */
  private get cells(): ReadonlyMap<number, readonly number[]> {
    this.known ??= toCells(this.scene);
    return this.known;
  }

  /** The mark at a point of the scene; `reach` widens each mark, as dots want that are small on the screen. */
  at(x: number, y: number, reach = 0): number | null {
    const near = this.within({ x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach });
    let best: number | null = null;
    let least = Infinity;
    for (const mark of near) {
      const dx = Math.abs(x - (this.scene.x[mark] ?? 0) - CARD.width / 2) - CARD.width / 2;
      const half = (this.scene.heights[mark] ?? CARD.height) / 2;
      const dy = Math.abs(y - (this.scene.y[mark] ?? 0) - half) - half;
      const distance = Math.max(dx, dy);
      if (distance <= reach && distance < least) [best, least] = [mark, distance];
    }
    return best;
  }

  /** Every mark that is in or touches an extent. */
  within(extent: Extent): number[] {
    const { x, y, heights, bounds } = this.scene;
    if (contains(extent, bounds)) return Array.from(x.keys());
    const found = new Set<number>();
    const [left, right] = [extent.x, extent.x + extent.width];
    const [top, bottom] = [extent.y, extent.y + extent.height];
    const columns = [Math.floor(left / CELL), Math.floor(right / CELL)] as const;
    const rows = [Math.floor(top / CELL), Math.floor(bottom / CELL)] as const;
    const touches = (mark: number) => {
      const [mx, my] = [x[mark] ?? 0, y[mark] ?? 0];
      return (
        mx <= right && mx + CARD.width >= left && my <= bottom && my + (heights[mark] ?? CARD.height) >= top
      );
    };
    if ((columns[1] - columns[0]) * (rows[1] - rows[0]) > this.cells.size) {
      return Array.from(x.keys()).filter(touches);
    }
    for (let column = columns[0]; column <= columns[1]; column += 1) {
      for (let row = rows[0]; row <= rows[1]; row += 1) {
        for (const mark of this.cells.get(cellAt(column, row)) ?? []) if (touches(mark)) found.add(mark);
      }
    }
    return [...found];
  }
}
