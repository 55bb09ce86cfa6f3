import { Badge, Group, Text, Tooltip } from "@mantine/core";
import type { CSSProperties } from "react";
import { Link } from "react-router";

import type { AssetKind, AssetStatus } from "../api/client";
import { Breakable } from "./Breakable";
import { toExact, toRelative } from "./format";
import { assetPath, showPart, toParts } from "./keys";
import { ASSET_LOOKS, KINDS, type Look } from "./status";
import { useNow } from "./useNow";

/** A coloured dot and a word: never the colour alone. */
export function Mark({ look, bare = false }: { look: Look; bare?: boolean }) {
  const dot = (
    <span
      className="hw-dot"
      data-hollow={look.hollow}
      data-pulse={look.pulse}
      style={{ "--hw-tone": `var(--hw-${look.tone})` } as CSSProperties}
      role={bare ? "img" : undefined}
      aria-label={bare ? look.label : undefined}
    />
  );
  if (bare) return <Tooltip label={`${look.label}: ${look.meaning}`}>{dot}</Tooltip>;
  return (
    <Tooltip label={look.meaning}>
      <Group gap={7} wrap="nowrap" component="span" style={{ display: "inline-flex" }}>
        {dot}
        <Text component="span" size="sm">
          {look.label}
        </Text>
      </Group>
    </Tooltip>
  );
}

export function StatusMark({ status }: { status: AssetStatus }) {
  return <Mark look={ASSET_LOOKS[status]} />;
}

export function KindBadge({ kind }: { kind: AssetKind }) {
  const look = KINDS[kind];
  return (
    <Tooltip label={look.meaning}>
      <Badge
        variant="outline"
        size="sm"
        style={{
          color: look.color,
          borderColor: look.color,
          flex: "none",
          borderStyle: kind === "native" || kind === "external" ? "solid" : "dashed",
        }}
      >
        {look.label}
      </Badge>
    </Tooltip>
  );
}

/** A moment as its distance from now; the exact one on hover. */
export function Moment({ at, fallback = "never" }: { at: number | null | undefined; fallback?: string }) {
  const now = useNow();
  if (at === null || at === undefined) return <span>{fallback}</span>;
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={toExact(at)}>
      {toRelative(at, now)}
    </time>
  );
}

/** An asset's key as a link, the last part first to be read. */
export function AssetLink({ assetKey, size = "sm" }: { assetKey: string; size?: string }) {
  const parts = toParts(assetKey).map(showPart);
  const last = parts.pop() ?? "∅";
  return (
    <Link className="hw-link" to={assetPath(assetKey)} title={assetKey}>
      {parts.length > 0 && (
        <Text component="span" size={size} c="dimmed">
          {parts.join(" / ")} /{" "}
        </Text>
      )}
      <Text component="span" size={size} fw={550}>
        <Breakable text={last} />
      </Text>
    </Link>
  );
}
