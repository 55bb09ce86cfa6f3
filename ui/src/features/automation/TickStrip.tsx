import { Group } from "@mantine/core";
import type { CSSProperties } from "react";

import type { TickView } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { RUN_LOOKS } from "../../components/status";

const MOST = 80;
const TALLEST = 34;
const LEAST = 6;

/** The latest ticks as bars, oldest first: how each ended, and, by its height, how long it took. */
export function TickStrip({ ticks }: { ticks: readonly TickView[] }) {
  const shown = ticks.slice(0, MOST).reverse();
  const longest = Math.max(0.001, ...shown.map(lengthOf));
  const failed = shown.filter((tick) => tick.status === "failure").length;
  if (shown.length < 2) return null;
  return (
    <Group
      gap={2}
      align="flex-end"
      h={TALLEST}
      mb="sm"
      role="img"
      aria-label={`The last ${shown.length} ticks, ${failed} of them failed; the longest took ${toDuration(longest)}`}
    >
      {shown.map((tick) => (
        <span
          key={tick.tick_id}
          className="hw-result"
          title={`${toExact(tick.started_at)}: ${RUN_LOOKS[tick.status]?.label ?? tick.status}, ${toDuration(lengthOf(tick))}`}
          style={
            {
              "--hw-tone": `var(--hw-${RUN_LOOKS[tick.status]?.tone ?? "idle"})`,
              height: LEAST + (TALLEST - LEAST) * (lengthOf(tick) / longest),
              opacity: tick.status === "skipped" ? 0.45 : 1,
            } as CSSProperties
          }
        />
      ))}
    </Group>
  );
}

function lengthOf(tick: TickView): number {
  return Math.max(0, tick.ended_at - tick.started_at);
}
