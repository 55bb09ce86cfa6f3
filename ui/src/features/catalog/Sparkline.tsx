import type { Schemas } from "../../api/client";
import { toNumber } from "../../components/format";

const WIDTH = 70;
const HEIGHT = 22;

/** A few numbers as a line, and the last of them in words. */
export function Sparkline({ spark }: { spark: Schemas["Spark"] }) {
  const { values, name } = spark;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const x = (place: number) => 2 + (place / (values.length - 1)) * (WIDTH - 4);
  const y = (value: number) =>
    most === least ? HEIGHT / 2 : HEIGHT - 3 - ((value - least) / (most - least)) * (HEIGHT - 6);
  const last = values.at(-1) ?? 0;
  const label = `${name}: ${toNumber(last)}, lately between ${toNumber(least)} and ${toNumber(most)}`;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      <polyline
        points={values.map((value, place) => `${x(place)},${y(value)}`).join(" ")}
        fill="none"
        stroke="var(--hw-quiet)"
        strokeWidth={1.3}
      />
      <circle cx={x(values.length - 1)} cy={y(last)} r={2.2} fill="var(--hw-lit)" />
    </svg>
  );
}
