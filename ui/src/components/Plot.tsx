import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import UPlot from "uplot";

import type { Series } from "../api/client";
import { toNumber } from "./format";

const HEIGHT = 150;

/** A number over time, a point an event. */
export default function Plot({ series }: { series: Series }) {
  const { ref, width } = useElementSize();
  const target = useRef<HTMLDivElement>(null);
  const dark = useComputedColorScheme("light") === "dark";

  useEffect(() => {
    if (!target.current || width === 0) return;
    const text = dark ? "#a6a7ab" : "#5c5f66";
    const grid = dark ? "#2c2e33" : "#e9ecef";
    const line = dark ? "#3bc9db" : "#0b7285";
    const axis = { stroke: text, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
    const plot = new UPlot(
      {
        width,
        height: HEIGHT,
        cursor: { points: { size: 7 } },
        axes: [axis, { ...axis, size: 64, values: (_, splits) => splits.map(toNumber) }],
        series: [{}, { stroke: line, width: 1.5, points: { show: true, size: 5, fill: line } }],
      },
      [series.points.map((point) => point.timestamp), series.points.map((point) => point.value)],
      target.current,
    );
    return () => {
      plot.destroy();
    };
  }, [series, width, dark]);

  return (
    <div ref={ref}>
      <div ref={target} role="img" aria-label={`${series.name} over time`} />
    </div>
  );
}
