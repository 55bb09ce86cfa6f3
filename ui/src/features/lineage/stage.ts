import { fit, seen, zoomAt, type Extent, type View } from "../../graph/view";
import { paint, type Layer } from "./paint";

const MARGIN = 0.3;
const SHARPEN_MILLISECONDS = 110;
const MOST_RATIO = 2;

/** The elements that a stage draws on and moves. */
export interface Sheets {
  readonly frame: HTMLElement;
  /** Everything, and above it what is lit while something is hovered or chosen. */
  readonly all: HTMLCanvasElement;
  readonly lit: HTMLCanvasElement;
  /** Cards in the scene's own coordinates. */
  readonly cards: HTMLElement;
}

/**
 * Shows a scene and moves over it.
 *
 * What is drawn is a sheet a little larger than the frame. Moving only shifts the sheet, which costs nothing however much
 * is on it; it is drawn anew when its edge comes into sight, and after zooming, to be sharp again.
 */
export class Stage {
  view: View = { left: 0, top: 0, zoom: 1 };
  private drawnAt: View | null = null;
  private drawnFor = { width: 0, height: 0 };
  private all: Layer | null = null;
  private lit: Layer | null = null;
  private frameRequest = 0;
  private sharpen: ReturnType<typeof setTimeout> | undefined;
  private stale = true;

  constructor(
    private readonly sheets: Sheets,
    /** Told of each move, at most once a frame, with the part of the scene that is in sight. */
    private readonly onMove: (view: View, extent: Extent) => void,
  ) {}

  get width(): number {
    return this.sheets.frame.clientWidth;
  }

  get height(): number {
    return this.sheets.frame.clientHeight;
  }

  show(all: Layer, lit: Layer | null): void {
    this.all = all;
    this.lit = lit;
    this.stale = true;
    this.request();
  }

  moveTo(view: View): void {
    this.view = view;
    this.request();
  }

  pan(dx: number, dy: number): void {
    this.moveTo({ ...this.view, left: this.view.left + dx, top: this.view.top + dy });
  }

  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    this.moveTo(zoomAt(this.view, x, y, factor));
  }

  fit(extent: Extent, mostZoom?: number): void {
    this.moveTo(fit(extent, this.width, this.height, mostZoom));
  }

  /** The frame may be of another size than the sheet was drawn for. */
  resize(): void {
    if (this.drawnFor.width !== this.width || this.drawnFor.height !== this.height) this.redraw();
  }

  redraw(): void {
    this.stale = true;
    this.request();
  }

  close(): void {
    cancelAnimationFrame(this.frameRequest);
    clearTimeout(this.sharpen);
  }

  private request(): void {
    cancelAnimationFrame(this.frameRequest);
    this.frameRequest = requestAnimationFrame(() => {
      this.frame();
    });
  }

  private frame(): void {
    if (this.stale || this.drawnAt === null || !this.isInSight(this.drawnAt)) this.draw();
    else if (this.drawnAt.zoom !== this.view.zoom) {
      clearTimeout(this.sharpen);
      this.sharpen = setTimeout(() => {
        this.redraw();
      }, SHARPEN_MILLISECONDS);
    }
    this.place();
    this.onMove(this.view, seen(this.view, this.width, this.height));
  }

  /** Whether the sheet as drawn still covers the frame, at nearly its own size. */
  private isInSight(drawn: View): boolean {
    const scale = this.view.zoom / drawn.zoom;
    if (scale < 0.72 || scale > 1.4) return false;
    const { x, y } = this.shiftOf(drawn);
    const [mx, my] = this.margins();
    return (
      x <= 0 &&
      y <= 0 &&
      x + (this.width + 2 * mx) * scale >= this.width &&
      y + (this.height + 2 * my) * scale >= this.height
    );
  }

  private margins(): [number, number] {
    return [Math.round(this.width * MARGIN), Math.round(this.height * MARGIN)];
  }

  private shiftOf(drawn: View): { x: number; y: number } {
    const scale = this.view.zoom / drawn.zoom;
    const [mx, my] = this.margins();
    return { x: this.view.left - (drawn.left + mx) * scale, y: this.view.top - (drawn.top + my) * scale };
  }

  private draw(): void {
    this.stale = false;
    this.drawnAt = this.view;
    this.drawnFor = { width: this.width, height: this.height };
    // What must stay large enough to hit is scaled back by it; it is set here, as it styles every card anew.
    this.sheets.cards.style.setProperty("--hw-zoom", String(this.view.zoom));
    this.drawOn(this.sheets.all, this.all);
    this.drawOn(this.sheets.lit, this.lit);
    this.sheets.all.style.opacity = this.lit === null ? "1" : "0.3";
  }

  private drawOn(canvas: HTMLCanvasElement, layer: Layer | null): void {
    canvas.hidden = layer === null;
    if (layer === null) return;
    const [mx, my] = this.margins();
    const [width, height] = [this.width + 2 * mx, this.height + 2 * my];
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio);
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== w || canvas.height !== h) {
      canvas.width = w;
      canvas.height = h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    const pen = canvas.getContext("2d");
    if (!pen) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    const view = { ...this.view, left: this.view.left + mx, top: this.view.top + my };
    paint(pen, layer, view, width, height);
  }

  private place(): void {
    if (this.drawnAt === null) return;
    const { x, y } = this.shiftOf(this.drawnAt);
    const moved = `translate(${x}px, ${y}px) scale(${this.view.zoom / this.drawnAt.zoom})`;
    this.sheets.all.style.transform = moved;
    this.sheets.lit.style.transform = moved;
    const { left, top, zoom } = this.view;
    this.sheets.cards.style.transform = `translate(${left}px, ${top}px) scale(${zoom})`;
  }
}
