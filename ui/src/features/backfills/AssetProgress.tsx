import { Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useMemo, useState } from "react";

import type { Schemas, StandingRange } from "../../api/client";
import { plural, toNumber } from "../../components/format";
import { AssetLink, Mark } from "../../components/marks";
import { toDays } from "../asset/calendar";
import { PartitionMap } from "../asset/PartitionMap";
import { toMapItems } from "./mapItems";
import { PartitionStrip, StandingCounts } from "./Progress";
import { lookOf, progressText, rangeText, STANDINGS, toldRanges } from "./progress";

const FIRST_TOLD = 4;
/** More of them are a strip. */
const MOST_SQUARES = 5_000;

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
      {drawn > 1 && drawn <= MOST_SQUARES ? (
        <Squares progress={progress} over={over} />
      ) : (
        <PartitionStrip
          label={progressText(progress.counts, progress.partitions, over)}
          ranges={progress.ranges}
          over={over}
        />
      )}
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

/** Its partitions as squares, days by weeks; one that is chosen says how it stands. */
function Squares({ progress, over }: { progress: Schemas["BackfillAssetView"]; over: boolean }) {
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  const items = useMemo(() => toMapItems(progress.ranges), [progress.ranges]);
  const days = useMemo(() => toDays(items.map(({ key }) => key)), [items]);
  const squares = useMemo(() => items.map(({ status }, start) => ({ status, start, count: 1 })), [items]);
  const looks = useMemo(
    () => Object.fromEntries(STANDINGS.map((each) => [each, lookOf(each, over)])),
    [over],
  );
  const item = chosen && items[chosen[1]];
  return (
    <div>
      <PartitionMap
        total={items.length}
        first={items[0]?.key ?? null}
        last={items.at(-1)?.key ?? null}
        days={days}
        ranges={squares}
        useKey={(_, number) => items[number]?.key ?? null}
        looks={looks}
        label={`Partitions of ${progress.asset}: ${progressText(progress.counts, progress.partitions, over)}`}
        hint=""
        chosen={chosen}
        onChoose={([, last]) => {
          setChosen([last, last]);
        }}
      />
      {item && (
        <Group gap="sm" role="status">
          <Mark look={lookOf(item.status as StandingRange["status"], over)} />
          <Text size="sm">{item.key}</Text>
        </Group>
      )}
    </div>
  );
}
