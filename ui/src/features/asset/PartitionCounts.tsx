import { Group, Text } from "@mantine/core";

import { toNumber } from "../../components/format";
import { Mark } from "../../components/marks";
import { PARTITION_LOOKS } from "../../components/status";

/** How many partitions stand how. */
export function PartitionCounts({ counts }: { counts: Readonly<Record<string, number>> }) {
  return (
    <Group gap="md">
      {Object.entries(PARTITION_LOOKS)
        .filter(([status]) => (counts[status] ?? 0) > 0)
        .map(([status, look]) => (
          <Group key={status} gap={6}>
            <Mark look={look} />
            <Text size="sm" c="dimmed">
              {toNumber(counts[status] ?? 0)}
            </Text>
          </Group>
        ))}
    </Group>
  );
}
