import { Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";

import { PARTITION_LOOKS, type Look } from "../../components/status";
import { readTokens, useScheme } from "../../components/tokens";
import { besideInGrid, spanned, type Dimension } from "./grid";
import { toCells, type Cells } from "./heatmap";
import { drawChosen, drawSquares, TOP, type Drawn } from "./paintPartitions";
import { statusAt } from "./range";

const PAGE = 28;
const ONE: readonly Dimension[] = [];

/**
 * A hundred thousand partitions as squares, drawn on a canvas; what is chosen is drawn on another above it.
 *
 * Drag to choose a range. To the keyboard and to screen readers it is a slider: the arrows move, shift and an arrow
 * choose a range.
 */
export function PartitionMap({
  total,
  first,
  last,
  days = null,
  dimensions = ONE,
  ranges,
  chosen,
  onChoose,
  useKey,
  looks = PARTITION_LOOKS,
  label = "Partitions",
  hint = "Drag over squares, or hold shift with the arrow keys or a click, to choose several.",
}: {
  total: number;
  /** The first and the last key: those of days in a row are drawn as a calendar. */
  first: string | null;
  last: string | null;
  /** The days of each, where they may have gaps. */
  days?: readonly number[] | null;
  /** What the partitions are combinations of: they are drawn as a grid. */
  dimensions?: readonly Dimension[] | undefined;
  /** How partitions stand, in their order. */
  ranges: readonly Drawn[];
  /** From one square to another: all between, or the rectangle of a grid. */
  chosen: readonly [number, number] | null;
  onChoose: (range: [number, number]) => void;
  /** The key of a partition by its number; null until it is known. */
  useKey: (dayAt: Cells["dayAt"], number: number) => string | null;
  /** How each status looks. */
  looks?: Readonly<Record<string, Look>>;
  label?: string;
  /** What can be done with it, where no partition is pointed at. */
  hint?: string;
}) {
  const { ref, width } = useElementSize();
  const squares = useRef<HTMLCanvasElement>(null);
  const above = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const from = useRef<number | null>(null);
  const scheme = useScheme();
  const cells = useMemo(
    () => toCells({ count: total, first, last, days, dimensions }, width),
    [total, first, last, days, dimensions, width],
  );
  const squaresChosen = useMemo(
    () => (chosen ? spanned(chosen[0], chosen[1], dimensions) : []),
    [chosen, dimensions],
  );
  const height = TOP + cells.rows * cells.step;

  useEffect(() => {
    if (squares.current && width > 0)
      drawSquares(squares.current, width, height, ranges, looks, cells, readTokens());
  }, [width, height, ranges, looks, cells, scheme]);
  useEffect(() => {
    if (above.current && width > 0)
      drawChosen(above.current, width, height, cells, squaresChosen, hovered, readTokens());
  }, [width, height, cells, squaresChosen, hovered, scheme]);

  const find = (event: PointerEvent<HTMLCanvasElement>): number | null => {
    const box = event.currentTarget.getBoundingClientRect();
    return cells.numberAt({
      column: Math.floor((event.clientX - box.left - cells.left) / cells.step),
      row: Math.floor((event.clientY - box.top - TOP) / cells.step),
    });
  };
  const at = chosen?.[1] ?? total - 1;
  const press = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowDown: 1,
      ArrowLeft: -1,
      ArrowUp: -1,
      PageUp: -PAGE,
      PageDown: PAGE,
      Home: -total,
      End: total,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const isArrow = event.key.startsWith("Arrow");
    const to =
      dimensions.length > 1 && isArrow
        ? besideInGrid(event.key, at, dimensions)
        : Math.min(total - 1, Math.max(0, at + step));
    if (to === null) return;
    onChoose(event.shiftKey ? [chosen?.[0] ?? at, to] : [to, to]);
  };
  const told = useKey(cells.dayAt, hovered ?? at);
  const spoken = `${told ?? "…"}: ${looks[statusAt(ranges, hovered ?? at) ?? ""]?.label ?? ""}`;
  return (
    <div ref={ref}>
      <div style={{ position: "relative", height }}>
        <canvas ref={squares} aria-hidden="true" style={{ position: "absolute", width: "100%", height }} />
        <canvas
          ref={above}
          role="slider"
          tabIndex={0}
          aria-label={label}
          aria-valuemin={0}
          aria-valuemax={Math.max(0, total - 1)}
          aria-valuenow={Math.max(0, at)}
          aria-valuetext={spoken}
          style={{
            position: "absolute",
            width: "100%",
            height,
            cursor: "crosshair",
            touchAction: "pan-y",
          }}
          onKeyDown={press}
          onPointerDown={(event) => {
            const place = find(event);
            if (place === null) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            from.current = place;
            onChoose([event.shiftKey && chosen ? chosen[0] : place, place]);
          }}
          onPointerMove={(event) => {
            const place = find(event);
            setHovered(place);
            if (place !== null && from.current !== null) onChoose([from.current, place]);
          }}
          onPointerUp={() => {
            from.current = null;
          }}
          onPointerCancel={() => {
            from.current = null;
          }}
          onPointerLeave={() => {
            setHovered(null);
          }}
        />
      </div>
      <Text size="xs" c="dimmed" mt={6} mih={18}>
        {hovered === null ? hint : spoken}
      </Text>
    </div>
  );
}
