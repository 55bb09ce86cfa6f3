import { Group, Text } from "@mantine/core";
import type { CSSProperties } from "react";

import type { BackfillCounts, StandingRange } from "../../api/client";
import { toNumber } from "../../components/format";
import { Mark } from "../../components/marks";
import { STANDING_LOOKS } from "../../components/status";
import { lookOf, progressText, rangeText, STANDINGS, type Standing } from "./progress";
import "./backfills.css";

/** How many partitions stand how, as parts of one bar. */
export function ProgressBar({
  counts,
  total,
  over,
}: {
  counts: BackfillCounts;
  total: number;
  /** Whether the backfill has ended. */
  over: boolean;
}) {
  const told = progressText(counts, total, over);
  return (
    <div
      className="hw-parts"
      role="progressbar"
      aria-label="Progress"
      aria-valuemin={0}
      aria-valuemax={total}
      aria-valuenow={counts.materialized}
      aria-valuetext={told}
      title={told}
    >
      {STANDINGS.filter((each) => counts[each] > 0).map((each) => (
        <Part key={each} standing={each} count={counts[each]} />
      ))}
    </div>
  );
}

/** An asset's partitions from the first to the last, in the colour of how they stand. */
export function PartitionStrip({
  label,
  ranges,
  over,
}: {
  label: string;
  ranges: readonly StandingRange[];
  over: boolean;
}) {
  const first = ranges[0];
  const last = ranges.at(-1);
  return (
    <div>
      <div
        className="hw-parts"
        role="img"
        aria-label={label}
        style={{ "--hw-parts": "18px" } as CSSProperties}
      >
        {ranges.map((range) => (
          <Part
            key={`${range.status} ${range.first}`}
            standing={range.status}
            count={range.count}
            title={`${rangeText(range)}: ${lookOf(range.status, over).label}`}
          />
        ))}
      </div>
      {first && last && first.first !== "" && (
        <Group justify="space-between" mt={2} gap="sm">
          <Text size="xs" c="dimmed">
            {first.first}
          </Text>
          {first.first !== last.last && (
            <Text size="xs" c="dimmed">
              {last.last}
            </Text>
          )}
        </Group>
      )}
    </div>
  );
}

/** What the colours mean, with how many there are of each. */
export function StandingCounts({ counts, over }: { counts: BackfillCounts; over: boolean }) {
  return (
    <Group gap="md">
      {STANDINGS.filter((each) => counts[each] > 0).map((each) => (
        <Group key={each} gap={6} wrap="nowrap">
          <Mark look={lookOf(each, over)} />
          <Text size="sm" c="dimmed">
            {toNumber(counts[each])}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

function Part({ standing, count, title }: { standing: Standing; count: number; title?: string }) {
  return (
    <span
      data-standing={standing}
      title={title}
      style={
        {
          flex: `${count} ${count} 0`,
          "--hw-tone": `var(--hw-${STANDING_LOOKS[standing].tone})`,
        } as CSSProperties
      }
    />
  );
}
