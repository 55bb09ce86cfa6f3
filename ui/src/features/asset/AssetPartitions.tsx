import { Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";

import type { PartitionState } from "../../api/client";
import { partitionsQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { Mark } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { PARTITION_LOOKS } from "../../components/status";
import { AssetEvents } from "./AssetEvents";
import { brushed } from "./heatmap";
import { PartitionMap } from "./PartitionMap";

/** Every partition as a square, and what is known of those that are chosen. */
export function AssetPartitions({ assetKey }: { assetKey: string }) {
  const query = useQuery(partitionsQuery(assetKey));
  const [chosen, setChosen] = useState<[number, number] | null>(null);
  return (
    <Loaded query={query}>
      {(list) =>
        list.items.length === 0 ? (
          <Empty title="No partitions yet">The first one exists once its window has ended.</Empty>
        ) : (
          <Stack>
            <Section title="Partitions" aside={<Counts items={list.items} />}>
              <PartitionMap items={list.items} chosen={chosen} onChoose={setChosen} />
            </Section>
            {chosen === null ? (
              <Text size="sm" c="dimmed">
                Choose a partition to see its history.
              </Text>
            ) : (
              <Chosen assetKey={assetKey} items={list.items} range={brushed(chosen[0], chosen[1])} />
            )}
          </Stack>
        )
      }
    </Loaded>
  );
}

function Chosen({
  assetKey,
  items,
  range: [first, last],
}: {
  assetKey: string;
  items: readonly PartitionState[];
  range: [number, number];
}) {
  const [, setParameters] = useSearchParams();
  const range = items.slice(first, last + 1);
  const only = range[0];
  if (!only) return null;
  const missing = range.filter((item) => item.status === "missing" || item.status === "failed");
  if (range.length === 1) {
    return (
      <Section title={only.key}>
        <AssetEvents assetKey={assetKey} partition={only.key} />
      </Section>
    );
  }
  return (
    <Section
      title={`${plural(range.length, "partition")}: ${only.key} … ${range.at(-1)?.key ?? ""}`}
      aside={<Counts items={range} />}
    >
      {missing.length === 0 ? (
        <Text size="sm" c="dimmed">
          All of them are there.
        </Text>
      ) : (
        <Group gap={6}>
          {missing.slice(0, 60).map((item) => (
            <Button
              key={item.key}
              size="compact-xs"
              variant="default"
              onClick={() => {
                setParameters({ key: assetKey, tab: "partitions", do: "materialize", partition: item.key });
              }}
            >
              {item.key}
            </Button>
          ))}
          {missing.length > 60 && <Text size="sm">and {missing.length - 60} more</Text>}
        </Group>
      )}
    </Section>
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
