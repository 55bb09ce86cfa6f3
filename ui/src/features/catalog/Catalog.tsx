import { Button, Group, Paper, Select, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useDeferredValue, useMemo, useState } from "react";
import { useSearchParams } from "react-router";

import type { AssetRow } from "../../api/client";
import { assetsQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { AssetLink, KindBadge, Mark, Moment, StatusMark } from "../../components/marks";
import { SearchField } from "../../components/SearchField";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { ASSET_LOOKS, CHECK_LOOKS, KINDS, type Look } from "../../components/status";
import { filterRows } from "./filter";

const ROW_HEIGHT = 44;
const WIDE = "minmax(220px, 2.2fr) 96px 112px 116px 110px minmax(80px, 1fr) minmax(100px, 1.2fr)";
const NARROW = "minmax(140px, 1fr) 100px";

/** Every asset, found by typing. The address holds what is chosen. */
export function Catalog() {
  const query = useQuery(assetsQuery);
  const [parameters, setParameters] = useSearchParams();
  const text = parameters.get("q") ?? "";
  const set = (name: string, value: string | null) => {
    setParameters(
      (before) => {
        if (value) before.set(name, value);
        else before.delete(name);
        return before;
      },
      { replace: true },
    );
  };
  return (
    <>
      <PageTitle title="Catalog" />
      <Group mb="md" gap="sm">
        <SearchField
          placeholder="Search name, description, owner, tag, group"
          aria-label="Search the catalog"
          text={text}
          onSearch={(value) => {
            set("q", value);
          }}
          style={{ flex: "1 1 260px" }}
        />
        <Select
          aria-label="Kind"
          placeholder="Any kind"
          clearable
          w={150}
          value={parameters.get("kind")}
          data={Object.entries(KINDS).map(([value, look]) => ({ value, label: look.label }))}
          onChange={(value) => {
            set("kind", value);
          }}
        />
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          w={150}
          value={parameters.get("status")}
          data={Object.entries(ASSET_LOOKS).map(([value, look]) => ({ value, label: look.label }))}
          onChange={(value) => {
            set("status", value);
          }}
        />
        {parameters.get("checks") === "failed" && (
          <Button
            variant="light"
            color="red"
            size="xs"
            onClick={() => {
              set("checks", null);
            }}
          >
            Checks failing ✕
          </Button>
        )}
      </Group>
      <Loaded query={query} rows={12}>
        {(list) => <Rows rows={list.items} parameters={parameters} />}
      </Loaded>
    </>
  );
}

function Rows({ rows, parameters }: { rows: readonly AssetRow[]; parameters: URLSearchParams }) {
  const filter = useDeferredValue(parameters);
  const found = useMemo(
    () =>
      filterRows(rows, {
        text: filter.get("q") ?? "",
        kind: filter.get("kind"),
        status: filter.get("status"),
        failingChecks: filter.get("checks") === "failed",
      }),
    [rows, filter],
  );
  if (rows.length === 0) {
    return (
      <Empty title="No assets yet">
        Declare one with <code>hw.AssetSpec(&quot;raw_transactions&quot;)</code> in your definitions, or
        report one: <code>headwater report materialization raw_transactions</code>.
      </Empty>
    );
  }
  return (
    <>
      <Text size="xs" c="dimmed" mb={6} role="status">
        {found.length === rows.length
          ? plural(rows.length, "asset")
          : `${found.length} of ${plural(rows.length, "asset")}`}
      </Text>
      {found.length === 0 ? (
        <Empty title="Nothing matches">Take a word or a filter away.</Empty>
      ) : (
        <VirtualRows rows={found} />
      )}
    </>
  );
}

function VirtualRows({ rows }: { rows: readonly AssetRow[] }) {
  const wide = useMediaQuery("(min-width: 62em)", true);
  const [margin, setMargin] = useState(0);
  const measure = useCallback((list: HTMLDivElement | null) => {
    if (list) setMargin(list.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: margin,
  });
  const columns = wide ? WIDE : NARROW;
  return (
    <Paper role="table" aria-label="Assets" aria-rowcount={rows.length + 1} style={{ overflow: "hidden" }}>
      <div
        className="hw-row"
        role="row"
        style={{ gridTemplateColumns: columns, height: 36, fontWeight: 600 }}
      >
        {(wide
          ? ["Asset", "Kind", "Status", "Last update", "Checks", "Group", "Owners"]
          : ["Asset", "Status"]
        ).map((name) => (
          <span role="columnheader" key={name}>
            {name}
          </span>
        ))}
      </div>
      <div ref={measure} role="rowgroup" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={row.key}
              role="row"
              aria-rowindex={item.index + 2}
              className="hw-row"
              style={{
                gridTemplateColumns: columns,
                position: "absolute",
                insetInline: 0,
                height: item.size,
                transform: `translateY(${item.start - margin}px)`,
              }}
            >
              <Cells row={row} wide={wide} />
            </div>
          );
        })}
      </div>
    </Paper>
  );
}

function Cells({ row, wide }: { row: AssetRow; wide: boolean }) {
  if (!wide) {
    return (
      <>
        <span className="hw-cell" role="cell">
          <AssetLink assetKey={row.key} />
        </span>
        <span role="cell">
          <StatusMark status={row.status} />
        </span>
      </>
    );
  }
  return (
    <>
      <span className="hw-cell" role="cell">
        <AssetLink assetKey={row.key} />
      </span>
      <span role="cell">
        <KindBadge kind={row.kind} />
      </span>
      <span role="cell">
        <StatusMark status={row.status} />
      </span>
      <span className="hw-cell" role="cell">
        <Text size="sm" c="dimmed" component="span">
          <Moment at={row.latest_materialization?.timestamp} />
        </Text>
      </span>
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
  );
}

function Checks({ row }: { row: AssetRow }) {
  const parts = (["failed", "warned", "passed", "missing"] as const).filter((name) => row.checks[name] > 0);
  if (parts.length === 0) return <Text c="dimmed">–</Text>;
  return (
    <Group gap={8} wrap="nowrap">
      {parts.map((name) => (
        <Group key={name} gap={4} wrap="nowrap">
          <Mark bare look={CHECK_LOOKS[name] as Look} />
          <span>{row.checks[name]}</span>
        </Group>
      ))}
    </Group>
  );
}
