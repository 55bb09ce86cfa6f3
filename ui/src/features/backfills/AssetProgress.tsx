import { Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";

import type { Schemas } from "../../api/client";
import { plural, toNumber } from "../../components/format";
import { AssetLink, Mark } from "../../components/marks";
import { PartitionStrip, StandingCounts } from "./Progress";
import { lookOf, progressText, rangeText, toldRanges } from "./progress";

const FIRST_TOLD = 4;

/** How far one asset of a backfill is: its partitions as a strip, and why those stand still that do. */
export function AssetProgress({
  progress,
  over,
}: {
  progress: Schemas["BackfillAssetView"];
  /** Whether the backfill has ended. */
  over: boolean;
}) {
  const [all, setAll] = useState(false);
  const told = toldRanges(progress.ranges);
  const shown = all ? told : told.slice(0, FIRST_TOLD);
  const drawn = progress.ranges.reduce((sum, range) => sum + range.count, 0);
  return (
    <Stack gap={8} pb="sm" className="hw-line">
      <Group justify="space-between" gap="sm">
        <AssetLink assetKey={progress.asset} />
        <Text size="sm" c="dimmed">
          {toNumber(progress.counts.materialized)} of {plural(progress.partitions, "partition")}
        </Text>
      </Group>
      <PartitionStrip
        label={progressText(progress.counts, progress.partitions, over)}
        ranges={progress.ranges}
        over={over}
      />
      <StandingCounts counts={progress.counts} over={over} />
      {drawn < progress.partitions && (
        <Text size="xs" c="dimmed">
          {progress.ranges.length === 0
            ? "Its partitions are no longer defined."
            : `The strip shows the first ${plural(drawn, "partition")}.`}
        </Text>
      )}
      {shown.map((range) => (
        <Group key={`${range.status} ${range.first}`} gap="sm" align="baseline">
          <Mark look={lookOf(range.status, over)} />
          <Text size="sm">
            {rangeText(range)}
            {range.count > 1 && ` (${toNumber(range.count)})`}
          </Text>
          {range.reason !== null && !(over && range.status === "waiting") && (
            <Text size="sm" c="dimmed">
              {range.reason}
            </Text>
          )}
        </Group>
      ))}
      {told.length > FIRST_TOLD && (
        <UnstyledButton
          aria-expanded={all}
          mih={24}
          onClick={() => {
            setAll(!all);
          }}
        >
          <Text size="sm" c="var(--mantine-color-anchor)">
            {all ? "Show fewer" : `Show ${plural(told.length - FIRST_TOLD, "more range")}`}
          </Text>
        </UnstyledButton>
      )}
    </Stack>
  );
}
