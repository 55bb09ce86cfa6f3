import { Group, Text } from "@mantine/core";
import { Handle, Position, useStore, type Node, type NodeProps } from "@xyflow/react";
import type { CSSProperties } from "react";

import type { AssetRow } from "../../api/client";
import { Mark, Moment } from "../../components/marks";
import { showPart, toParts } from "../../components/keys";
import { ASSET_LOOKS, KINDS } from "../../components/status";

export type CardNode = Node<{ asset: AssetRow; dim: boolean }, "asset">;

const DETAIL_ZOOM = 0.45;

/** One asset in the graph: a name from afar, its state and age from near. */
export function AssetCard({ data, selected }: NodeProps<CardNode>) {
  const near = useStore((state) => state.transform[2] >= DETAIL_ZOOM);
  const { asset } = data;
  const parts = toParts(asset.key).map(showPart);
  const last = parts.pop() ?? "∅";
  return (
    <div
      className="hw-card"
      data-kind={asset.kind}
      data-dim={data.dim}
      data-selected={selected}
      style={{ "--hw-kind": KINDS[asset.kind].color } as CSSProperties}
      title={`${asset.key}: ${KINDS[asset.kind].label}, ${ASSET_LOOKS[asset.status].label}`}
    >
      <Handle type="target" position={Position.Left} isConnectable={false} style={{ opacity: 0 }} />
      <Group gap={8} wrap="nowrap">
        <Mark bare look={ASSET_LOOKS[asset.status]} />
        <Text fz={near ? 13 : 19} fw={600} truncate lh={1.25}>
          {last}
        </Text>
      </Group>
      {near && (
        <Text fz={11} c="dimmed" truncate mt={3}>
          {KINDS[asset.kind].label}
          {parts.length > 0 && ` · ${parts.join("/")}`} ·{" "}
          <Moment at={asset.latest_materialization?.timestamp} />
        </Text>
      )}
      <Handle type="source" position={Position.Right} isConnectable={false} style={{ opacity: 0 }} />
    </div>
  );
}
