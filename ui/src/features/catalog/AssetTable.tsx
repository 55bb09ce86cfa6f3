import { Checkbox, Paper, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { memo, useCallback, useMemo, useState, type CSSProperties } from "react";

import type { AssetRow, Schemas } from "../../api/client";
import { latenessOf, type Lateness } from "../../components/lateness";
import { AssetLink, Moment } from "../../components/marks";
import { ASSET_LOOKS, CHECK_LOOKS, KINDS, LATENESS_LOOKS, type Look } from "../../components/status";
import type { SortName } from "./filter";
import { Sparkline } from "./Sparkline";
import { useSparks } from "./useSparks";

const ROW_HEIGHT = 44;
const WIDE = "24px minmax(180px, 3fr) 72px 88px 92px 72px 56px minmax(72px, 1.1fr) minmax(92px, 1.5fr)";
const TIMED = WIDE.replace("88px", "88px 78px");
const NARROW = "24px minmax(120px, 1fr) 96px";
const OVERSCAN = 8;
const HEADS: readonly { name: string; sort?: SortName }[] = [
  { name: "Asset", sort: "key" },
  { name: "Kind" },
  { name: "Status", sort: "status" },
  { name: "Freshness" },
  { name: "Last update", sort: "updated" },
  { name: "Size" },
  { name: "Checks", sort: "checks" },
  { name: "Group", sort: "group" },
  { name: "Owners" },
];
const NARROW_HEADS = new Set(["Asset", "Status"]);

/** Assets, one a line; however many there are, only those in sight are drawn. */
export function AssetTable({
  rows,
  sort,
  descending,
  chosen,
  overdue,
  onSort,
  onChoose,
}: {
  rows: readonly AssetRow[];
  sort: SortName;
  descending: boolean;
  chosen: ReadonlySet<string>;
  overdue: ReadonlySet<string>;
  onSort: (name: SortName) => void;
  onChoose: (keys: readonly string[], on: boolean) => void;
}) {
  const wide = useMediaQuery("(min-width: 75em)", true);
  const [margin, setMargin] = useState(0);
  const measure = useCallback((list: HTMLDivElement | null) => {
    if (list) setMargin(list.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollMargin: margin,
  });
  const items = virtual.getVirtualItems();
  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const sparks = useSparks(wide ? keys : [], items[0]?.index ?? 0, items.at(-1)?.index ?? 0);
  const all = rows.length > 0 && rows.every((row) => chosen.has(row.key));
  // Only where something has a freshness policy or a rhythm is there anything to say of it.
  const timed = useMemo(
    () => rows.some((row) => row.freshness !== null || overdue.has(row.key)),
    [rows, overdue],
  );
  const columns = wide ? (timed ? TIMED : WIDE) : NARROW;
  const choose = useCallback(
    (key: string, on: boolean) => {
      onChoose([key], on);
    },
    [onChoose],
  );
  return (
    <Paper role="table" aria-label="Assets" aria-rowcount={rows.length + 1} style={{ overflow: "hidden" }}>
      <div role="rowgroup">
        <div className="hw-row hw-head" role="row" style={{ gridTemplateColumns: columns, height: 36 }}>
          <span role="columnheader">
            <Checkbox
              size="xs"
              aria-label="Choose all that are listed"
              checked={all}
              indeterminate={!all && chosen.size > 0}
              onChange={() => {
                onChoose(keys, !all);
              }}
            />
          </span>
          {HEADS.filter(({ name }) => (wide ? timed || name !== "Freshness" : NARROW_HEADS.has(name))).map(
            ({ name, sort: by }) => (
              <span
                role="columnheader"
                key={name}
                aria-sort={by === sort ? (descending ? "descending" : "ascending") : undefined}
              >
                {by === undefined ? (
                  name
                ) : (
                  <UnstyledButton
                    fz="sm"
                    fw={600}
                    onClick={() => {
                      onSort(by);
                    }}
                  >
                    {name}
                    {by === sort && <span aria-hidden="true">{descending ? " ↓" : " ↑"}</span>}
                  </UnstyledButton>
                )}
              </span>
            ),
          )}
        </div>
      </div>
      <div ref={measure} role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index];
          return (
            row && (
              <Row
                key={row.key}
                row={row}
                place={item.index}
                top={item.start - margin}
                columns={columns}
                chosen={chosen.has(row.key)}
                lateness={wide ? latenessOf(row, overdue) : null}
                spark={sparks.get(row.key)}
                onChoose={choose}
              />
            )
          );
        })}
      </div>
    </Paper>
  );
}

/** One line, drawn anew only when something of it has changed. */
const Row = memo(function Row({
  row,
  place,
  top,
  columns,
  chosen,
  lateness,
  spark,
  onChoose,
}: {
  row: AssetRow;
  place: number;
  top: number;
  columns: string;
  chosen: boolean;
  lateness: Lateness | null;
  spark: Schemas["Spark"] | undefined;
  onChoose: (key: string, on: boolean) => void;
}) {
  const kind = KINDS[row.kind];
  const wide = columns !== NARROW;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className="hw-row hw-row-placed"
      style={{
        gridTemplateColumns: columns,
        height: ROW_HEIGHT,
        transform: `translateY(${top}px)`,
      }}
    >
      <span role="cell">
        <input
          type="checkbox"
          className="hw-tick"
          aria-label={`Choose ${row.key}`}
          checked={chosen}
          onChange={() => {
            onChoose(row.key, !chosen);
          }}
        />
      </span>
      <span className="hw-cell" role="cell">
        <AssetLink assetKey={row.key} />
      </span>
      {wide && (
        <span role="cell" title={kind.meaning} className="hw-kind" style={{ color: kind.color }}>
          {kind.label}
        </span>
      )}
      <span role="cell">
        <Shown look={ASSET_LOOKS[row.status]} />
      </span>
      {wide && (
        <>
          {columns === TIMED && (
            <span role="cell">
              {lateness === null ? (
                <span className="hw-quiet">–</span>
              ) : (
                <Shown look={LATENESS_LOOKS[lateness]} />
              )}
            </span>
          )}
          <span className="hw-cell hw-quiet" role="cell">
            <Moment at={row.latest_materialization?.timestamp} />
          </span>
          <span role="cell">{spark && <Sparkline spark={spark} />}</span>
          <span role="cell">
            <Checks row={row} />
          </span>
          <span className="hw-cell" role="cell" title={row.group}>
            {row.group}
          </span>
          <span className="hw-cell" role="cell" title={row.owners.join(", ")}>
            {row.owners.join(", ")}
          </span>
        </>
      )}
    </div>
  );
});

function Shown({ look }: { look: Look }) {
  return (
    <>
      <Dot look={look} /> {look.label}
    </>
  );
}

function Dot({ look }: { look: Look }) {
  return (
    <span
      className="hw-dot"
      data-hollow={look.hollow}
      data-pulse={look.pulse}
      title={look.meaning}
      style={{ "--hw-tone": `var(--hw-${look.tone})` } as CSSProperties}
    />
  );
}

function Checks({ row }: { row: AssetRow }) {
  const parts = (["failed", "warned", "passed", "missing"] as const).filter((name) => row.checks[name] > 0);
  if (parts.length === 0) return <span className="hw-quiet">–</span>;
  return parts.map((name) => (
    <span
      key={name}
      title={`${row.checks[name]} ${CHECK_LOOKS[name]?.label ?? name}`}
      style={{ marginRight: 8 }}
    >
      <Dot look={CHECK_LOOKS[name] as Look} /> {row.checks[name]}
    </span>
  ));
}
