import { cutMiddle } from "../../components/format";
import { CARD } from "../../graph/scene";
import { fit } from "../../graph/view";
import { columnEnds, controls, lineMiddle, paint, pointsOf, type Layer } from "./paint";

const MARGIN = 40;
const MOST_PIXELS = 8_000;

/** Save the whole scene as a drawing that can be scaled and edited. */
export function saveSvg(layer: Layer): void {
  save(new Blob([toSvg(layer)], { type: "image/svg+xml" }), "lineage.svg");
}

/** Save the whole scene as a picture, at its own size or as large as browsers can draw. */
export async function savePng(layer: Layer): Promise<void> {
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
  paint(pen, layer, fit(bounds, width, height, scale), width, height);
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, "image/png");
  });
  if (blob) save(blob, "lineage.png");
}

/** The scene as the text of an SVG file. */
export function toSvg({ scene, looks, tokens, columns }: Layer): string {
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
  const lines = scene.edges.map((edge) => toPath(pointsOf(scene, edge), scene.down));
  parts.push(`<path d="${lines.join("")}" fill="none" stroke="${tokens.quiet}" opacity="0.6"/>`);
  for (const edge of columns?.edges ?? []) {
    const stroke = edge.lit ? tokens.lit : tokens.kinds.native;
    parts.push(`<path d="${toPath(columnEnds(scene, edge), false)}" fill="none" stroke="${stroke}"/>`);
  }
  looks.forEach((look, mark) => {
    const height = scene.heights[mark] ?? CARD.height;
    const [mx, my] = [scene.x[mark] ?? 0, scene.y[mark] ?? 0];
    const tone = tokens.tones[look.tone];
    parts.push(
      `<g transform="translate(${mx} ${my})">`,
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
