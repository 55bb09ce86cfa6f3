import "./catalog.css";

import { Button, Collapse, Flex, Group, Text } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useMemo, useState } from "react";

import type { AssetRow } from "../../api/client";
import { arrivalsQuery, assetsQuery, completionsQuery, selectionQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { overdueOf } from "../../components/lateness";
import { HeldNote } from "../../components/HeldNote";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { useHeldOrder } from "../../components/useHeldOrder";
import { useReading } from "../../components/useReading";
import { useNow } from "../../components/useNow";
import { AssetTable } from "./AssetTable";
import { BulkBar } from "./BulkBar";
import { Facets } from "./Facets";
import { countFacets, isSelection, narrow, sortRows } from "./filter";
import { SelectionField } from "./SelectionField";
import { useCatalogAddress } from "./useCatalogAddress";
import { ViewsMenu } from "./ViewsMenu";

/** Every asset, found by typing, by facets or by a selection. The address holds what is shown. */
export function Catalog() {
  const query = useQuery(assetsQuery);
  return (
    <>
      <PageTitle title="Catalog" />
      <Loaded query={query} rows={14}>
        {(list) =>
          list.items.length === 0 ? (
            <Empty title="No assets yet">
              Declare one with <code>hw.AssetSpec(&quot;raw_transactions&quot;)</code> in your definitions, or
              report one: <code>headwater report materialization raw_transactions</code>.
            </Empty>
          ) : (
            <Assets all={list.items} />
          )
        }
      </Loaded>
    </>
  );
}

const NOTHING: ReadonlySet<string> = new Set();
const keyOf = (row: AssetRow) => row.key;

function Assets({ all }: { all: readonly AssetRow[] }) {
  const { address, setText, toggle, sortBy, open } = useCatalogAddress();
  const later = useDeferredValue(address);
  const [ticked, setTicked] = useState<ReadonlySet<string>>(NOTHING);
  const [filtering, filters] = useDisclosure(false);
  const beside = useMediaQuery("(min-width: 62em)", true);
  const meant = isSelection(later.text);
  const read = useQuery({ ...completionsQuery(later.text), enabled: meant });
  const problem = (meant && read.data?.error?.error) || null;
  const isRead = meant && !read.isPlaceholderData && read.data?.error === null;
  const selection = useQuery({ ...selectionQuery(later.text), enabled: isRead });
  const selected = useMemo(() => {
    if (!meant) return null;
    return new Set(selection.data?.items.map((row) => row.key) ?? []);
  }, [meant, selection.data]);
  const arrivals = useQuery(arrivalsQuery).data;
  const overdue = useMemo(() => overdueOf(arrivals), [arrivals]);
  // To the minute: to count anew each few seconds would show nothing else.
  const now = Math.floor(useNow() / 60) * 60;
  const filter = useMemo(
    () => ({ text: later.text, selected, chosen: later.chosen, overdue, now }),
    [later, selected, overdue, now],
  );
  const found = useMemo(() => narrow(all, filter), [all, filter]);
  // The rows stand there first; to count ten thousand by nine facets would keep them waiting.
  const counted = useDeferredValue(filter, null);
  const facets = useMemo(() => (counted === null ? null : countFacets(all, counted)), [all, counted]);
  const sorted = useMemo(() => sortRows(found, later.sort, later.descending), [found, later]);
  const byKey = useMemo(() => new Map(all.map((row) => [row.key, row])), [all]);
  const lookUp = useCallback((key: string) => byKey.get(key), [byKey]);
  const { reading, hands } = useReading();
  const isFound = !meant || (isRead && selection.isSuccess && !selection.isPlaceholderData);
  const { shown: rows, changes } = useHeldOrder(sorted, keyOf, reading && isFound, later.search, lookUp);
  const chosen = useMemo(() => all.filter((row) => ticked.has(row.key)), [all, ticked]);
  const tick = useCallback((keys: readonly string[], on: boolean) => {
    setTicked((before) => {
      const next = new Set(before);
      for (const key of keys) {
        if (on) next.add(key);
        else next.delete(key);
      }
      return next;
    });
  }, []);
  const panel = facets && <Facets facets={facets} chosen={address.chosen} onToggle={toggle} />;
  return (
    <>
      <Group mb="md" gap="sm" align="flex-start" className="hw-no-print">
        <SelectionField
          text={address.text}
          problem={problem ?? selection.error?.message ?? null}
          onSearch={setText}
        />
        <ViewsMenu search={address.search} onOpen={open} />
        {!beside && (
          <Button variant="default" aria-expanded={filtering} onClick={filters.toggle}>
            Filters
          </Button>
        )}
      </Group>
      {!beside && (
        <Collapse expanded={filtering} mb="md">
          {panel}
        </Collapse>
      )}
      <Flex gap="lg" align="flex-start">
        {beside && (
          <div
            className="hw-facets hw-no-print"
            tabIndex={0}
            role="group"
            aria-label="Filters of the catalog"
          >
            {panel}
          </div>
        )}
        <div style={{ flex: 1, minWidth: 0 }}>
          <Group justify="space-between" gap="sm" mb={6} mih={20}>
            <Text size="xs" c="dimmed" role="status">
              {rows.length === all.length
                ? plural(all.length, "asset")
                : `${rows.length} of ${plural(all.length, "asset")}`}
            </Text>
            <HeldNote changes={changes} />
          </Group>
          <BulkBar
            rows={chosen}
            onClear={() => {
              setTicked(NOTHING);
            }}
          />
          <div {...hands}>
            {rows.length === 0 ? (
              <Empty title={problem === null ? "Nothing matches" : "The selection can't be read"}>
                {problem === null ? "Take a word or a filter away" : "Mend it where the message says"}, or{" "}
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() => {
                    open("");
                  }}
                >
                  show everything
                </Button>
              </Empty>
            ) : (
              <AssetTable
                rows={rows}
                sort={later.sort}
                descending={later.descending}
                chosen={ticked}
                overdue={overdue}
                onSort={sortBy}
                onChoose={tick}
              />
            )}
          </div>
        </div>
      </Flex>
    </>
  );
}
