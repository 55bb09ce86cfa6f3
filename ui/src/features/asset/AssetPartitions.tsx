import { Group, Stack, Text } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import type { AssetDetail, PartitionRanges } from "../../api/client";
import { partitionRangesQuery } from "../../api/queries";
import { plural, toNumber } from "../../components/format";
import { OperateButton } from "../../components/OperateButton";
import { Empty, Loaded, Section } from "../../components/states";
import { useWhileHere } from "../../components/useWhileHere";
import { BackfillQuestion } from "../backfills/BackfillQuestion";
import { ChosenPartitions } from "./ChosenPartitions";
import type { Cells } from "./heatmap";
import { PartitionCounts } from "./PartitionCounts";
import { PartitionMap } from "./PartitionMap";
import { readChosen, writeChosen } from "./range";
import { usePartitionKey } from "./usePartitionKey";

const PAUSE_MILLISECONDS = 300;
const UNKNOWN_SHOWN = 20;

/** Every partition as a square, and what is known of those that are chosen. */
export function AssetPartitions({ detail }: { detail: AssetDetail }) {
  const query = useQuery(partitionRangesQuery(detail.asset.key));
  return (
    <Loaded query={query}>
      {(known) =>
        known.total === 0 ? (
          <Empty title="No partitions yet">
            {detail.partitions?.type === "dynamic"
              ? "Add keys under “More actions”, or let a sensor add them."
              : "The first one exists once its window has ended."}
          </Empty>
        ) : (
          <Partitions detail={detail} known={known} />
        )
      }
    </Loaded>
  );
}

function Partitions({ detail, known }: { detail: AssetDetail; known: PartitionRanges }) {
  const [parameters, setParameters] = useSearchParams();
  const [chosen, setChosen] = useState(() => readChosen(parameters.get("at"), known.total));
  const { key } = detail.asset;
  const useKey = (dayAt: Cells["dayAt"], number: number) => usePartitionKey(key, dayAt, number);
  // The address follows once the brush rests: browsers refuse to be told each step.
  const write = useWhileHere((range: [number, number]) => {
    setParameters(
      (before) => {
        before.set("at", writeChosen(range));
        return before;
      },
      { replace: true },
    );
  });
  const keep = useDebouncedCallback(write, PAUSE_MILLISECONDS);
  return (
    <Stack>
      <Section title="Partitions" aside={<PartitionCounts counts={known.counts} />}>
        {detail.asset.kind === "native" && <BackfillOffers detail={detail} counts={known.counts} />}
        <PartitionMap
          total={known.total}
          first={known.ranges[0]?.first ?? null}
          last={known.ranges.at(-1)?.last ?? null}
          dimensions={known.dimensions}
          ranges={known.ranges}
          useKey={useKey}
          chosen={chosen}
          onChoose={(range) => {
            setChosen(range);
            keep(range);
          }}
        />
      </Section>
      {known.unknown.length > 0 && <UnknownKeys keys={known.unknown} count={known.counts["unknown"] ?? 0} />}
      {chosen === null ? (
        <Text size="sm" c="dimmed">
          Choose a partition to see its history; drag over several to make, backfill or wipe them.
        </Text>
      ) : (
        <ChosenPartitions detail={detail} known={known} chosen={chosen} />
      )}
    </Stack>
  );
}

/** What was reported under keys that the definition does not have. */
function UnknownKeys({ keys, count }: { keys: readonly string[]; count: number }) {
  return (
    <Section title="Unknown keys" aside={<Text size="sm">{toNumber(count)}</Text>}>
      <Text size="sm" c="dimmed" mb={6}>
        Events came under these keys, which the definition does not have. Mend whoever reports them, or define
        the keys.
      </Text>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {keys.slice(0, UNKNOWN_SHOWN).join(", ")}
        {count > UNKNOWN_SHOWN && ` and ${plural(count - UNKNOWN_SHOWN, "more key")}`}
      </Text>
    </Section>
  );
}

/** Make all that is missing, or all that failed. */
function BackfillOffers({
  detail,
  counts,
}: {
  detail: AssetDetail;
  counts: Readonly<Record<string, number>>;
}) {
  const [asked, setAsked] = useState<"missing" | "failed" | null>(null);
  const offered = (["missing", "failed"] as const).filter((each) => (counts[each] ?? 0) > 0);
  if (offered.length === 0) return null;
  return (
    <Group gap="sm" mb="sm" className="hw-no-print">
      {offered.map((each) => (
        <OperateButton
          key={each}
          size="xs"
          variant="default"
          onClick={() => {
            setAsked(each);
          }}
        >
          Backfill {each}…
        </OperateButton>
      ))}
      {asked && (
        <BackfillQuestion
          detail={detail}
          partitions={null}
          only={asked}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </Group>
  );
}
