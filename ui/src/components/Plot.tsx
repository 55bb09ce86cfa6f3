import "uplot/dist/uPlot.min.css";

import { Text } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import UPlot from "uplot";

import type { Series } from "../api/client";
import { cutMiddle, plural, toExact, toNumber } from "./format";
import { readTokens, useScheme } from "./tokens";

const HEIGHT = 170;
const DOT = 3;

/** A moment worth knowing when a number is read, such as a new version of the code. */
export interface PlotMark {
  readonly at: number;
  readonly label: string;
}

type Point = Series["points"][number];

/**
 * A number over time, a point an event: a filled one was made by a run here, a hollow one was reported. Lines across
 * mark when the definition changed.
 */
export default function Plot({ series, marks = [] }: { series: Series; marks?: readonly PlotMark[] }) {
  const { ref, width } = useElementSize();
  const target = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useScheme();

  useEffect(() => {
    if (!target.current || width === 0) return;
    const tokens = readTokens();
    const axis = {
      stroke: tokens.quiet,
      font: `11px ${tokens.font}`,
      grid: { stroke: tokens.line, width: 1 },
      ticks: { stroke: tokens.line, width: 1 },
    };
    const plot = new UPlot(
      {
        width,
        height: HEIGHT,
        legend: { show: false },
        cursor: { points: { size: 9 }, y: false },
        axes: [axis, { ...axis, size: 64, values: (_, splits) => splits.map(toNumber) }],
        series: [{}, { stroke: tokens.lit, width: 1.5, points: { show: false } }],
        hooks: {
          drawClear: [
            (each) => {
              drawMarks(each, marks, tokens.quiet, tokens.font);
            },
          ],
          draw: [
            (each) => {
              drawPoints(each, series.points, tokens.lit, tokens.surface);
            },
          ],
          setCursor: [
            (each) => {
              setPointed(each.cursor.idx ?? null);
            },
          ],
        },
      },
      [series.points.map((point) => point.timestamp), series.points.map((point) => point.value)],
      target.current,
    );
    return () => {
      plot.destroy();
    };
  }, [series, marks, width, scheme]);

  const point = series.points[pointed ?? series.points.length - 1];
  return (
    <div ref={ref}>
      <div
        ref={target}
        role="img"
        aria-label={`${series.name} over time: ${plural(series.points.length, "value")}`}
      />
      {point && <Reading point={point} />}
    </div>
  );
}

/** What the point under the pointer says, else the last one. */
function Reading({ point }: { point: Point }) {
  return (
    <Text size="xs" c="dimmed" mih={18}>
      <b>{toNumber(point.value)}</b> · {toExact(point.timestamp)} · event {point.seq}
      {point.partition !== null && ` · ${point.partition}`}
      {point.data_version !== null && ` · version ${cutMiddle(point.data_version, 24)}`} ·{" "}
      {point.run_id === null ? (
        "reported"
      ) : (
        <Link to={`/runs/${point.run_id}`}>run {point.run_id.slice(0, 8)}</Link>
      )}
    </Text>
  );
}

function drawPoints(plot: UPlot, points: readonly Point[], colour: string, surface: string): void {
  const { ctx: pen } = plot;
  const scale = window.devicePixelRatio;
  pen.save();
  pen.strokeStyle = colour;
  pen.lineWidth = 1.5 * scale;
  for (const point of points) {
    pen.beginPath();
    const [x, y] = [plot.valToPos(point.timestamp, "x", true), plot.valToPos(point.value, "y", true)];
    pen.arc(x, y, DOT * scale, 0, 2 * Math.PI);
    pen.fillStyle = point.run_id === null ? surface : colour;
    pen.fill();
    pen.stroke();
  }
  pen.restore();
}

function drawMarks(plot: UPlot, marks: readonly PlotMark[], colour: string, font: string): void {
  const { ctx: pen, bbox } = plot;
  const scale = window.devicePixelRatio;
  pen.save();
  pen.strokeStyle = pen.fillStyle = colour;
  pen.setLineDash([4 * scale, 4 * scale]);
  pen.font = `${10.5 * scale}px ${font}`;
  pen.textBaseline = "top";
  for (const mark of marks) {
    const x = plot.valToPos(mark.at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    pen.beginPath();
    pen.moveTo(x, bbox.top);
    pen.lineTo(x, bbox.top + bbox.height);
    pen.stroke();
    const room = bbox.left + bbox.width - x;
    pen.textAlign = pen.measureText(mark.label).width + 8 * scale > room ? "right" : "left";
    pen.fillText(mark.label, x + (pen.textAlign === "left" ? 4 : -4) * scale, bbox.top + 2 * scale);
  }
  pen.restore();
}
