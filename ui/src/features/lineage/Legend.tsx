import "./lineage.css";

import { Group, Text } from "@mantine/core";
import type { CSSProperties } from "react";

import { KINDS } from "../../components/status";

/** What the shapes of the lineage mean. */
export function Legend() {
  return (
    <Group gap="md" role="group" aria-label="Legend">
      {Object.entries(KINDS).map(([kind, look]) => (
        <Group key={kind} gap={6} wrap="nowrap" title={look.meaning}>
          <span
            className="hw-card hw-card-sample"
            data-kind={kind}
            style={{ "--hw-kind": look.color } as CSSProperties}
          />
          <Text size="xs" c="dimmed">
            {look.label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
