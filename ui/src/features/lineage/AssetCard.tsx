import { Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { memo, type CSSProperties } from "react";

import type { AssetRow, Schemas } from "../../api/client";
import { cutMiddle } from "../../components/format";
import { ColumnsGlyph, ScheduleGlyph, SensorGlyph } from "../../components/icons";
import { Mark, Moment } from "../../components/marks";
import { showPart, toParts } from "../../components/keys";
import { ASSET_LOOKS, KINDS } from "../../components/status";
import { nameOf } from "./columnLines";

const MOST_LETTERS = 24;

export interface AssetCardProps {
  readonly asset: AssetRow;
  readonly x: number;
  readonly y: number;
  readonly dim: boolean;
  readonly chosen: boolean;
  /** What brings it about, where that is known. */
  readonly origin: Schemas["Origin"] | undefined;
  /** Its columns, where they are shown. */
  readonly columns: readonly Schemas["TableColumn"][] | undefined;
  /** The columns that stand out. */
  readonly lit: ReadonlySet<string>;
  readonly onChoose: (key: string, extend: boolean) => void;
  readonly onColumns: (key: string) => void;
  readonly onColumn: (key: string, column: string) => void;
}

/** One asset in the lineage, seen from near: its state, its kind, its age, what brings it about, its columns. */
export const AssetCard = memo(function AssetCard(props: AssetCardProps) {
  const { asset, x, y, dim, chosen, origin, columns, onChoose, onColumns } = props;
  const parts = toParts(asset.key).map(showPart);
  const last = parts.pop() ?? "∅";
  const { checks } = asset;
  return (
    <div
      className="hw-card-place"
      data-open={columns !== undefined}
      data-dim={dim}
      style={
        { "--hw-kind": KINDS[asset.kind].color, transform: `translate(${x}px, ${y}px)` } as CSSProperties
      }
    >
      <button
        type="button"
        className="hw-card"
        data-key={asset.key}
        data-kind={asset.kind}
        data-dim={dim}
        aria-pressed={chosen}
        title={`${asset.key}: ${ASSET_LOOKS[asset.status].meaning}`}
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
          <span className="hw-card-badges">
            {checks.failed + checks.warned > 0 && (
              <Text component="span" fz={11} c={checks.failed > 0 ? "var(--hw-bad)" : "var(--hw-warn)"}>
                ✕ {checks.failed + checks.warned}
              </Text>
            )}
            <Badges origin={origin} />
          </span>
        </span>
        <span className="hw-card-detail">
          <Text component="span" fz={11} c="dimmed" truncate>
            {ASSET_LOOKS[asset.status].label}
            <VisuallyHidden component="span"> {KINDS[asset.kind].label}</VisuallyHidden>
            {" · "}
            <Moment at={asset.latest_materialization?.timestamp} />
            {parts.length > 0 && ` · ${parts.join("/")}`}
          </Text>
          {origin?.system && (
            <span className="hw-card-system" title={`Comes from ${origin.system}`}>
              {cutMiddle(origin.system, 10)}
            </span>
          )}
        </span>
      </button>
      <UnstyledButton
        className="hw-card-more"
        aria-expanded={columns !== undefined}
        aria-label={`Columns of ${asset.key}`}
        title={columns === undefined ? "Show its columns" : "Hide its columns"}
        onClick={() => {
          onColumns(asset.key);
        }}
      >
        <ColumnsGlyph />
      </UnstyledButton>
      {columns !== undefined && <Columns {...props} columns={columns} />}
    </div>
  );
});

function Badges({ origin }: { origin: Schemas["Origin"] | undefined }) {
  if (!origin) return null;
  const badge = (label: string, names: readonly string[], glyph: React.ReactNode) =>
    names.length > 0 && (
      <span role="img" aria-label={`${label} ${names.join(", ")}`} title={`${label} ${names.join(", ")}`}>
        {glyph}
      </span>
    );
  return (
    <>
      {badge("Sensor", origin.sensors, <SensorGlyph />)}
      {badge("Schedule", origin.schedules, <ScheduleGlyph />)}
    </>
  );
}

function Columns({
  asset,
  columns,
  lit,
  onColumn,
}: AssetCardProps & { columns: readonly Schemas["TableColumn"][] }) {
  if (columns.length === 0) {
    return (
      <div className="hw-card-columns">
        <span className="hw-card-column hw-quiet">No columns are known</span>
      </div>
    );
  }
  return (
    <div className="hw-card-columns" role="group" aria-label={`Columns of ${asset.key}`}>
      {columns.map((column) => (
        <button
          key={column.name}
          type="button"
          className="hw-card-column"
          data-lit={lit.has(nameOf({ key: asset.key, column: column.name }))}
          title={column.type === null ? column.name : `${column.name}: ${column.type}`}
          onClick={() => {
            onColumn(asset.key, column.name);
          }}
        >
          <span className="hw-cell">{column.name}</span>
          {column.type !== null && <span className="hw-cell hw-quiet">{column.type}</span>}
        </button>
      ))}
    </div>
  );
}
