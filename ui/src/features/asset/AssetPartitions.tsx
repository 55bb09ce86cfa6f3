import { Group, Stack, Text, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type CSSProperties } from "react";

import type { PartitionState } from "../../api/client";
import { partitionsQuery } from "../../api/queries";
import { Mark } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { PARTITION_LOOKS, type Look } from "../../components/status";
import { AssetEvents } from "./AssetEvents";

const MOST_SHOWN = 5_000;

/** A square for each partition, and the history of the one that is chosen. */
export function AssetPartitions({ assetKey }: { assetKey: string }) {
  const query = useQuery(partitionsQuery(assetKey));
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Loaded query={query}>
      {(list) =>
        list.items.length === 0 ? (
          <Empty title="No partitions yet">The first one exists once its window has ended.</Empty>
        ) : (
          <Stack>
            <Section title="Partitions" aside={<Counts items={list.items} />}>
              <Group gap={4} role="group" aria-label="Partitions">
                {list.items.slice(-MOST_SHOWN).map((item) => (
                  <Square
                    key={item.key}
                    item={item}
                    chosen={item.key === chosen}
                    onChoose={() => {
                      setChosen(item.key);
                    }}
                  />
                ))}
              </Group>
              {list.items.length > MOST_SHOWN && (
                <Text size="xs" c="dimmed" mt="xs">
                  The newest {MOST_SHOWN} of {list.items.length}.
                </Text>
              )}
            </Section>
            {chosen === null ? (
              <Text size="sm" c="dimmed">
                Choose a partition to see its history.
              </Text>
            ) : (
              <Section title={chosen}>
                <AssetEvents assetKey={assetKey} partition={chosen} />
              </Section>
            )}
          </Stack>
        )
      }
    </Loaded>
  );
}

function Square({ item, chosen, onChoose }: { item: PartitionState; chosen: boolean; onChoose: () => void }) {
  const look = PARTITION_LOOKS[item.status] as Look;
  const label = `${item.key}: ${look.label}`;
  return (
    <Tooltip label={label} openDelay={0}>
      <button
        type="button"
        className="hw-partition"
        aria-label={label}
        aria-pressed={chosen}
        data-hollow={look.hollow}
        style={
          {
            "--hw-tone": `var(--hw-${look.tone})`,
            outline: chosen ? "2px solid currentColor" : undefined,
          } as CSSProperties
        }
        onClick={onChoose}
      />
    </Tooltip>
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
