import { Text, VisuallyHidden } from "@mantine/core";
import { memo, type CSSProperties } from "react";

import type { AssetRow } from "../../api/client";
import { Mark, Moment } from "../../components/marks";
import { showPart, toParts } from "../../components/keys";
import { ASSET_LOOKS, KINDS } from "../../components/status";
import { cutMiddle } from "./paint";

const MOST_LETTERS = 24;

/** One asset in the lineage, seen from near: its state, its kind, its age. */
export const AssetCard = memo(function AssetCard({
  asset,
  x,
  y,
  dim,
  chosen,
  onChoose,
}: {
  asset: AssetRow;
  x: number;
  y: number;
  dim: boolean;
  chosen: boolean;
  onChoose: (key: string, extend: boolean) => void;
}) {
  const parts = toParts(asset.key).map(showPart);
  const last = parts.pop() ?? "∅";
  const { checks } = asset;
  return (
    <button
      type="button"
      className="hw-card"
      data-key={asset.key}
      data-kind={asset.kind}
      data-dim={dim}
      aria-pressed={chosen}
      title={`${asset.key}: ${ASSET_LOOKS[asset.status].meaning}`}
      style={
        { "--hw-kind": KINDS[asset.kind].color, transform: `translate(${x}px, ${y}px)` } as CSSProperties
      }
      onClick={(event) => {
        onChoose(asset.key, event.shiftKey);
      }}
    >
      <span className="hw-card-name">
        <span aria-hidden="true">
          <Mark bare look={ASSET_LOOKS[asset.status]} />
        </span>
        <Text component="span" fz={13} fw={600} truncate lh={1.25}>
          {cutMiddle(last, MOST_LETTERS)}
        </Text>
        {checks.failed + checks.warned > 0 && (
          <Text component="span" fz={11} c={checks.failed > 0 ? "var(--hw-bad)" : "var(--hw-warn)"} ml="auto">
            ✕ {checks.failed + checks.warned}
          </Text>
        )}
      </span>
      <Text component="span" display="block" fz={11} c="dimmed" truncate mt={3}>
        {ASSET_LOOKS[asset.status].label}
        <VisuallyHidden component="span"> {KINDS[asset.kind].label}</VisuallyHidden>
        {parts.length > 0 && ` · ${parts.join("/")}`} ·{" "}
        <Moment at={asset.latest_materialization?.timestamp} />
      </Text>
    </button>
  );
});
