import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { AssetDetail, PartitionState } from "../../api/client";
import { partitionsQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { Mark } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { PARTITION_LOOKS } from "../../components/status";
import { BackfillQuestion } from "../backfills/BackfillQuestion";
import { toRange } from "../backfills/request";
import { AssetEvents } from "./AssetEvents";
import { brushed } from "./heatmap";
import { PartitionMap } from "./PartitionMap";
import { toWork } from "./range";
import { RangeQuestion } from "./RangeQuestion";
import { WipeQuestion } from "./WipeQuestion";

/** Every partition as a square, and what is known of those that are chosen. */
export function AssetPartitions({ detail }: { detail: AssetDetail }) {
  const assetKey = detail.asset.key;
  const query = useQuery(partitionsQuery(assetKey));
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  return (
    <Loaded query={query}>
      {(list) =>
        list.items.length === 0 ? (
          <Empty title="No partitions yet">
            {detail.partitions?.type === "dynamic"
              ? "Add keys under “More actions”, or let a sensor add them."
              : "The first one exists once its window has ended."}
          </Empty>
        ) : (
          <Stack>
            <Section title="Partitions" aside={<Counts items={list.items} />}>
              {detail.asset.kind === "native" && <BackfillOffers detail={detail} items={list.items} />}
              <PartitionMap items={list.items} chosen={chosen} onChoose={setChosen} />
            </Section>
            {chosen === null ? (
              <Text size="sm" c="dimmed">
                Choose a partition to see its history; drag over several to make, backfill or wipe them.
              </Text>
            ) : (
              <Chosen detail={detail} items={list.items} range={brushed(chosen[0], chosen[1])} />
            )}
          </Stack>
        )
      }
    </Loaded>
  );
}

function Chosen({
  detail,
  items,
  range: [first, last],
}: {
  detail: AssetDetail;
  items: readonly PartitionState[];
  range: [number, number];
}) {
  const [asked, setAsked] = useState<"make" | "backfill" | "wipe" | null>(null);
  const range = items.slice(first, last + 1);
  const only = range[0];
  if (!only) return null;
  const close = () => {
    setAsked(null);
  };
  const known = toRange(range);
  const kept = range.filter((item) => item.seq !== null).map((item) => item.key);
  return (
    <Section
      title={
        range.length === 1
          ? only.key
          : `${plural(range.length, "partition")}: ${only.key} … ${range.at(-1)?.key ?? ""}`
      }
      aside={
        <Group gap="sm" className="hw-no-print">
          {detail.asset.kind === "native" && (
            <Button
              size="xs"
              onClick={() => {
                setAsked("make");
              }}
            >
              Materialize…
            </Button>
          )}
          {detail.asset.kind === "native" && known !== null && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setAsked("backfill");
              }}
            >
              Backfill…
            </Button>
          )}
          {kept.length > 0 && (
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                setAsked("wipe");
              }}
            >
              Wipe…
            </Button>
          )}
        </Group>
      }
    >
      {range.length === 1 ? (
        <AssetEvents assetKey={detail.asset.key} partition={only.key} />
      ) : (
        <>
          <Counts items={range} />
          {kept.length === range.length && (
            <Text size="sm" c="dimmed" mt={6}>
              All of them are there.
            </Text>
          )}
        </>
      )}
      {asked === "make" && <RangeQuestion detail={detail} items={range} onClose={close} />}
      {asked === "backfill" && known !== null && (
        <BackfillQuestion
          detail={detail}
          partitions={known}
          only={toWork(range, "missing").length > 0 ? "missing or failed" : "all"}
          onClose={close}
        />
      )}
      {asked === "wipe" && <WipeQuestion detail={detail} partitions={kept} onClose={close} />}
    </Section>
  );
}

/** Make all that is missing, or all that failed. */
function BackfillOffers({ detail, items }: { detail: AssetDetail; items: readonly PartitionState[] }) {
  const [asked, setAsked] = useState<"missing" | "failed" | null>(null);
  const offered = (["missing", "failed"] as const).filter((each) =>
    items.some((item) => item.status === each),
  );
  if (offered.length === 0) return null;
  return (
    <Group gap="sm" mb="sm" className="hw-no-print">
      {offered.map((each) => (
        <Button
          key={each}
          size="xs"
          variant="default"
          onClick={() => {
            setAsked(each);
          }}
        >
          Backfill {each}…
        </Button>
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

function Counts({ items }: { items: readonly PartitionState[] }) {
  return (
    <Group gap="md">
      {Object.entries(PARTITION_LOOKS).map(([status, look]) => {
        const count = items.filter((item) => item.status === status).length;
        return count === 0 ? null : (
          <Group key={status} gap={6}>
            <Mark look={look} />
            <Text size="sm" c="dimmed">
              {count}
            </Text>
          </Group>
        );
      })}
    </Group>
  );
}
