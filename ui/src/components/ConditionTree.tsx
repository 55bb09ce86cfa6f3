import { Badge, Group, Text } from "@mantine/core";

import type { Schemas } from "../api/client";
import { plural } from "./format";
import { AssetLink, Mark } from "./marks";
import type { Look } from "./status";

const HOLDS: Look = { label: "Holds", tone: "good", meaning: "It is true" };
const NOT: Look = { label: "Does not hold", tone: "idle", hollow: true, meaning: "It is not true" };
const DEPS_SHOWN = 6;

/** A condition with what it says; its own parts stand indented below it. */
export function ConditionTree({ node }: { node: Schemas["ConditionNode"] }) {
  return (
    <div className="hw-condition">
      <Group gap="sm" wrap="nowrap" align="baseline" className="hw-line">
        <Mark bare look={node.holds ? HOLDS : NOT} />
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Text
            size="sm"
            {...(node.parts.length > 0 ? { fw: 600 } : {})}
            style={{ overflowWrap: "anywhere" }}
          >
            {node.label ?? node.text}
          </Text>
          {node.partitions > 1 && (
            <Badge size="sm" variant="default">
              {plural(node.partitions, "partition")}
            </Badge>
          )}
          {node.seq !== null && node.seq > 0 && (
            <Text size="xs" c="dimmed">
              since event {node.seq}
            </Text>
          )}
          {node.deps.slice(0, DEPS_SHOWN).map((dep) => (
            <span key={dep.key}>
              <AssetLink assetKey={dep.key} size="xs" />
              {dep.seq !== null && (
                <Text component="span" size="xs" c="dimmed">
                  {" "}
                  event {dep.seq}
                </Text>
              )}
            </span>
          ))}
          {node.deps.length > DEPS_SHOWN && (
            <Text size="xs" c="dimmed">
              and {node.deps.length - DEPS_SHOWN} more
            </Text>
          )}
        </Group>
      </Group>
      {node.parts.length > 0 && (
        <div className="hw-condition-parts">
          {node.parts.map((part, place) => (
            <ConditionTree key={place} node={part} />
          ))}
        </div>
      )}
    </div>
  );
}
