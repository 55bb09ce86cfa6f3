import { cutMiddle } from "../../components/format";
import { CARD, type Edge } from "../../graph/scene";
import { fit } from "../../graph/view";
import { columnCurve, controls, lineMiddle, paint, pointsOf, type Layer } from "./paint";

const MARGIN = 40;
const MOST_PIXELS = 8_000;

/** How much is left of what does not stand out, as on the stage. */
const DIM = 0.3;

/** The marks that stand out; null where all are alike. */
type Lit = ReadonlySet<number> | null;

/** Save the whole scene as a drawing that can be scaled and edited. */
export function saveSvg(layer: Layer, lit: Lit): void {
  save(new Blob([toSvg(layer, lit)], { type: "image/svg+xml" }), "lineage.svg");
}

/** Save the whole scene as a picture, at its own size or as large as browsers can draw. */
export async function savePng(layer: Layer, lit: Lit): Promise<void> {
  const { bounds } = layer.scene;
  const scale = Math.min(1, MOST_PIXELS / Math.max(bounds.width, bounds.height));
  const [width, height] = [bounds.width * scale + 2 * MARGIN, bounds.height * scale + 2 * MARGIN];
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.fillStyle = layer.tokens.page;
  pen.fillRect(0, 0, width, height);
  const view = fit(bounds, width, height, scale);
  paint(pen, layer, view, width, height);
  if (lit !== null) {
    pen.globalAlpha = 1 - DIM;
    pen.fillStyle = layer.tokens.page;
    pen.fillRect(0, 0, width, height);
    pen.globalAlpha = 1;
    paint(pen, { ...layer, only: lit }, view, width, height);
  }
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  if (blob) save(blob, "lineage.png");
}

/** The scene as the text of an SVG file. */
export function toSvg({ scene, looks, tokens, columns }: Layer, lit: Lit): string {
  const { x, y, width, height } = scene.bounds;
  const box = [x - MARGIN, y - MARGIN, width + 2 * MARGIN, height + 2 * MARGIN];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box.join(" ")}" font-family="${escape(tokens.font)}">`,
    `<rect x="${box[0] ?? 0}" y="${box[1] ?? 0}" width="${box[2] ?? 0}" height="${box[3] ?? 0}" fill="${tokens.page}"/>`,
  ];
  for (const each of scene.boxes) {
    parts.push(
      `<rect x="${each.x}" y="${each.y}" width="${each.width}" height="${each.height}" rx="12" fill="${tokens.surface}" stroke="${tokens.line}"/>`,
      `<text x="${each.x + 24}" y="${each.y + 34}" font-size="17" font-weight="600" fill="${tokens.quiet}">${escape(each.name)}</text>`,
    );
  }
  const isLit = ({ up, down }: Edge) => lit !== null && lit.has(up) && lit.has(down);
  const lines = (edges: readonly Edge[]) =>
    edges.map((edge) => toPath(pointsOf(scene, edge), scene.down)).join("");
  const byColumn = columns?.edges.some((edge) => edge.lit) ?? false;
  const others = scene.edges.filter((edge) => !isLit(edge));
  parts.push(
    `<path d="${lines(others)}" fill="none" stroke="${tokens.quiet}" opacity="${lit === null ? 0.6 : 0.6 * DIM}"/>`,
  );
  // Where a column is followed, it is the columns that stand out, not the cards that hold them.
  if (lit !== null)
    parts.push(
      `<path d="${lines(scene.edges.filter(isLit))}" fill="none" stroke="${tokens.lit}" stroke-width="${byColumn ? 1 : 2}" opacity="${byColumn ? 0.35 : 0.9}"/>`,
    );
  for (const edge of columns?.edges ?? []) {
    const look = edge.lit
      ? `stroke="${tokens.lit}" stroke-width="2"`
      : `stroke="${tokens.kinds.native}" opacity="${byColumn ? 0.2 : 0.6}"`;
    const [from, ...towards] = columnCurve(scene, edge);
    const path = towards.map((point) => `${point.x} ${point.y}`).join(" ");
    parts.push(`<path d="M${from.x} ${from.y}C${path}" fill="none" ${look}/>`);
  }
  looks.forEach((look, mark) => {
    const height = scene.heights[mark] ?? CARD.height;
    const [mx, my] = [scene.x[mark] ?? 0, scene.y[mark] ?? 0];
    const tone = tokens.tones[look.tone];
    parts.push(
      `<g transform="translate(${mx} ${my})"${lit === null || lit.has(mark) ? "" : ` opacity="${DIM}"`}>`,
      `<rect width="${CARD.width}" height="${height}" rx="${look.kind === "native" ? 5 : 16}" fill="${tokens.surface}" stroke="${tokens.line}"/>`,
      `<rect width="4" height="${height}" rx="2" fill="${tokens.kinds[look.kind]}"/>`,
      `<circle cx="18" cy="20" r="4.5" fill="${look.hollow ? "none" : tone}" stroke="${tone}"/>`,
      `<text x="30" y="25" font-size="13" font-weight="600" fill="${tokens.text}">${escape(cutMiddle(look.name, 24))}</text>`,
      `<text x="13" y="45" font-size="11" fill="${tokens.quiet}">${escape(cutMiddle(look.detail, 34))}</text>`,
      ...(columns?.names.get(mark) ?? []).map(
        ({ name }, line) =>
          `<text x="13" y="${lineMiddle(line) + 4}" font-size="11" fill="${tokens.text}">${escape(cutMiddle(name, 34))}</text>`,
      ),
      "</g>",
    );
  });
  return [...parts, "</svg>"].join("\n");
}

function toPath([first, ...others]: { x: number; y: number }[], down: boolean): string {
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  let last = first;
  for (const point of others) {
    path += `C${[...controls(down, last.x, last.y, point.x, point.y, 1), point.x, point.y].join(" ")}`;
    last = point;
  }
  return path;
}

function escape(text: string): string {
  return text.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  }, 10_000);
}
