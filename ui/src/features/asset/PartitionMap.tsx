import { Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";

import { PARTITION_LOOKS, type Look } from "../../components/status";
import { readTokens, useScheme } from "../../components/tokens";
import { brushed, toCells, type Cells } from "./heatmap";

/** A partition, and how it stands. */
export interface MapItem {
  readonly key: string;
  readonly status: string;
}

const CELL = 14;
const GAP = 3;
const STEP = CELL + GAP;
const TOP = 18;

/**
 * Thousands of partitions as squares, drawn on a canvas.
 *
 * Drag to choose a range. To the keyboard and to screen readers it is a slider: the arrows move, shift and an arrow
 * choose a range.
 */
export function PartitionMap({
  items,
  chosen,
  onChoose,
  looks = PARTITION_LOOKS,
  label = "Partitions",
  hint = "Drag over squares, or hold shift with the arrow keys, to choose several.",
}: {
  items: readonly MapItem[];
  chosen: readonly [number, number] | null;
  onChoose: (range: [number, number]) => void;
  /** How each status looks. */
  looks?: Readonly<Record<string, Look>>;
  label?: string;
  /** What can be done with it, where no partition is pointed at. */
  hint?: string;
}) {
  const { ref, width } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const from = useRef<number | null>(null);
  const scheme = useScheme();
  const cells = useMemo(
    () =>
      toCells(
        items.map((item) => item.key),
        Math.max(1, Math.floor(width / STEP)),
      ),
    [items, width],
  );
  const index = useMemo(
    () => new Map(cells.places.map((place, n) => [`${place.column} ${place.row}`, n])),
    [cells],
  );
  const height = TOP + cells.rows * STEP;

  useEffect(() => {
    if (canvas.current && width > 0)
      draw(canvas.current, width, height, items, looks, cells, chosen, hovered);
  }, [width, height, items, looks, cells, chosen, hovered, scheme]);

  const find = (event: PointerEvent<HTMLCanvasElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / STEP);
    const row = Math.floor((event.clientY - box.top - TOP) / STEP);
    return index.get(`${column} ${row}`) ?? null;
  };
  const at = chosen?.[1] ?? items.length - 1;
  const item = items[at];
  const press = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -28, PageDown: 28 }[
      event.key
    ];
    const next =
      event.key === "Home"
        ? 0
        : event.key === "End"
          ? items.length - 1
          : step === undefined
            ? null
            : at + step;
    if (next === null) return;
    event.preventDefault();
    const to = Math.min(items.length - 1, Math.max(0, next));
    onChoose(event.shiftKey ? [chosen?.[0] ?? at, to] : [to, to]);
  };
  const told = hovered === null ? null : items[hovered];
  return (
    <div ref={ref}>
      <canvas
        ref={canvas}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, items.length - 1)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={item && `${item.key}: ${looks[item.status]?.label ?? item.status}`}
        style={{ width: "100%", height, display: "block", cursor: "crosshair", touchAction: "pan-y" }}
        onKeyDown={press}
        onPointerDown={(event) => {
          const place = find(event);
          if (place === null) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = place;
          onChoose([place, place]);
        }}
        onPointerMove={(event) => {
          const place = find(event);
          setHovered(place);
          if (place !== null && from.current !== null) onChoose([from.current, place]);
        }}
        onPointerUp={() => {
          from.current = null;
        }}
        onPointerLeave={() => {
          setHovered(null);
        }}
      />
      <Text size="xs" c="dimmed" mt={6} mih={18}>
        {told ? `${told.key}: ${looks[told.status]?.label ?? told.status}` : hint}
      </Text>
    </div>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  items: readonly MapItem[],
  looks: Readonly<Record<string, Look>>,
  cells: Cells,
  chosen: readonly [number, number] | null,
  hovered: number | null,
): void {
  const scale = window.devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const tokens = readTokens();
  pen.scale(scale, scale);
  pen.font = `11px ${tokens.font}`;
  pen.fillStyle = tokens.quiet;
  for (const mark of cells.marks) pen.fillText(mark.text, mark.column * STEP, TOP - 7);
  const range = chosen && brushed(chosen[0], chosen[1]);
  items.forEach((item, n) => {
    const place = cells.places[n];
    if (!place) return;
    const look = looks[item.status];
    const x = place.column * STEP;
    const y = TOP + place.row * STEP;
    pen.beginPath();
    pen.roundRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1, 3);
    pen.strokeStyle = pen.fillStyle = tokens.tones[look?.tone ?? "idle"];
    pen.globalAlpha = look?.hollow ? 0.5 : 1;
    if (look?.hollow) pen.stroke();
    else pen.fill();
    pen.globalAlpha = 1;
    if ((range && n >= range[0] && n <= range[1]) || n === hovered) {
      pen.strokeStyle = tokens.text;
      pen.lineWidth = 2;
      pen.strokeRect(x - 1, y - 1, CELL + 2, CELL + 2);
      pen.lineWidth = 1;
    }
  });
}
