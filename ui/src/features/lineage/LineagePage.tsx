import { Button, Flex, Group, Loader, SegmentedControl, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";

import type { Graph } from "../../api/client";
import { columnsQuery, graphAsOfQuery, graphQuery } from "../../api/queries";
import { queryClient } from "../../api/queryClient";
import { plural } from "../../components/format";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { toAdjacency } from "../../graph/neighbourhood";
import { AssetFinder } from "./AssetFinder";
import { ChosenPanel } from "./ChosenPanel";
import { DepthInput } from "./DepthInput";
import { toDrawn, toWanted } from "./drawn";
import { openKept } from "./keptScenes";
import { Legend } from "./Legend";
import { LineageMap } from "./LineageMap";
import { litAround, litOf } from "./lit";
import { TimeSlider } from "./TimeSlider";
import { readAddress, useAddress, viewText } from "./useAddress";
import { linesOf } from "./columnLines";
import { isNarrow, useNarrow } from "../../components/useNarrow";
import { useOrigins, useTables } from "./useAround";
import { layOutAhead, useScene } from "./useScene";

const MOST_TABLES = 60;
const VIEW_PAUSE_MILLISECONDS = 400;
const MODES = [
  { value: "lineage", label: "Lineage" },
  { value: "impact", label: "Impact" },
  { value: "cause", label: "Root cause" },
];

// While the page is on its way, and not only once it is drawn.
openKept();
void beginAhead().catch(() => undefined);

/** Lay out as soon as the graph is there: by then the page may still be drawn. Columns are asked for by the page. */
async function beginAhead(): Promise<void> {
  const address = readAddress(new URLSearchParams(window.location.search));
  if (address.asOf !== null || address.columns.length > 0 || address.column !== null) return;
  const graph = await queryClient.query(graphQuery);
  await layOutAhead(toDrawn(graph, toWanted(graph, address, isNarrow(), new Map())));
}

/** The lineage of all assets, or of one with what is around it. The address holds what is shown. */
export function LineagePage() {
  const [address, set] = useAddress();
  const now = useQuery({ ...graphQuery, enabled: address.asOf === null });
  const then = useQuery({ ...graphAsOfQuery(address.asOf ?? 0), enabled: address.asOf !== null });
  const query = address.asOf === null ? now : then;
  return (
    <>
      <PageTitle title="Lineage">
        <Legend />
      </PageTitle>
      {address.timed && (
        <TimeSlider
          moment={address.asOf}
          onMoment={(moment) => {
            set({ at: moment === null ? null : moment.toFixed(0), time: "on" });
          }}
        />
      )}
      <Loaded query={query}>
        {(graph) =>
          graph.nodes.length === 0 ? (
            <Empty title={address.asOf === null ? "No assets yet" : "There were no assets then"}>
              {address.asOf === null
                ? "Once there are assets, their dependencies are drawn here."
                : "Move the slider to a later moment."}
            </Empty>
          ) : (
            <Lineage graph={graph} />
          )
        }
      </Loaded>
    </>
  );
}

function Lineage({ graph }: { graph: Graph }) {
  const [address, set] = useAddress();
  const { focus, up, down, mode, chosen } = address;
  const narrow = useNarrow();
  const origins = useOrigins();
  const column = useMemo(
    () => (chosen === null || address.column === null ? null : { key: chosen, column: address.column }),
    [chosen, address.column],
  );
  const along = useQuery({
    ...columnsQuery(column?.key ?? "", column?.column ?? ""),
    enabled: column !== null,
  }).data;
  const withColumn = useMemo(
    () => new Set(column === null ? [] : along?.columns.map((each) => each.asset_key)),
    [column, along],
  );
  const tables = useTables([...new Set([...address.columns, ...withColumn])].slice(0, MOST_TABLES));
  const wanted = toWanted(graph, address, narrow, linesOf(tables));
  const { boxed } = wanted;
  const drawn = toDrawn(graph, wanted);
  const scene = useScene(drawn);
  const { nodes, request } = drawn;
  const adjacency = useMemo(() => toAdjacency({ size: request.size, edges: request.edges }), [request]);
  const keys = useMemo(() => nodes.map((node) => node.asset.key), [nodes]);
  const all = useMemo(() => graph.nodes.map((node) => node.asset.key), [graph.nodes]);
  const rows = useMemo(() => nodes.map((node) => node.asset), [nodes]);
  const groups = useMemo(() => [...new Set(request.groups)], [request]);
  const place = (key: string | null) => {
    const found = key === null ? -1 : keys.indexOf(key);
    return found < 0 ? null : found;
  };
  const [at, to] = [place(chosen), place(address.to)];
  const lit = useMemo(() => {
    if (withColumn.size === 0) return litOf(adjacency, at, to, mode);
    return new Set(keys.flatMap((key, node) => (withColumn.has(key) ? [node] : [])));
  }, [adjacency, at, to, mode, withColumn, keys]);
  const litBy = useCallback(
    (asset: number) => (asset < 0 ? null : litAround(adjacency, asset, mode)),
    [adjacency, mode],
  );
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(pause.current);
    },
    [],
  );
  const choose = (key: string | null, extend: boolean) => {
    if (extend && chosen !== null && key !== null && key !== chosen) set({ to: key });
    else set({ asset: key, to: null, column: null });
  };
  return (
    <>
      <Group mb="sm" gap="sm" className="hw-no-print">
        <AssetFinder
          aria-label="Find an asset"
          placeholder="Find an asset"
          w={280}
          value={chosen}
          keys={focus === null ? all : keys}
          onChange={(key) => {
            choose(key, false);
          }}
        />
        <SegmentedControl
          size="xs"
          aria-label="What stands out"
          data={MODES}
          value={mode}
          onChange={(value) => {
            set({ mode: value === "lineage" ? null : value });
          }}
        />
        {focus === null ? (
          <Groups
            boxed={boxed}
            folded={address.folded.length}
            count={groups.length}
            onBoxed={(on) => {
              set({ groups: on ? "on" : "off" });
            }}
            onFold={(fold) => {
              set({ fold: fold ? `*${groups.join("\n")}` : "*", ...(fold ? { groups: "on" } : {}) });
            }}
          />
        ) : (
          <>
            <DepthInput
              label="up"
              depth={up}
              onChange={(depth) => {
                set({ up: String(depth) });
              }}
            />
            <DepthInput
              label="down"
              depth={down}
              onChange={(depth) => {
                set({ down: String(depth) });
              }}
            />
            <Button
              size="xs"
              variant="default"
              onClick={() => {
                set({ focus: null });
              }}
            >
              Show everything
            </Button>
          </>
        )}
        {(tables.items.length > 0 || nodes.length <= MOST_TABLES) && (
          <Button
            size="xs"
            variant={tables.items.length > 0 ? "light" : "default"}
            aria-pressed={tables.items.length > 0}
            onClick={() => {
              set({ columns: tables.items.length > 0 ? "*" : `*${keys.join("\n")}`, column: null });
            }}
          >
            Columns
          </Button>
        )}
        <Button
          size="xs"
          variant={address.timed ? "light" : "default"}
          aria-pressed={address.timed}
          onClick={() => {
            set(address.timed ? { time: null, at: null } : { time: "on" });
          }}
        >
          Time
        </Button>
        {address.opened.length > 0 && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              set({ open: "*" });
            }}
          >
            Fold inputs
          </Button>
        )}
        <Text size="xs" c="dimmed" role="status">
          {nodes.length === graph.nodes.length
            ? plural(nodes.length, "asset")
            : `${nodes.length} of ${plural(graph.nodes.length, "asset")}`}
        </Text>
      </Group>
      <Flex gap="md" direction={{ base: "column", md: "row" }} className="hw-rest">
        <div className="hw-map-place">
          {scene === null ? (
            <Flex align="center" justify="center" gap="sm" role="status">
              <Loader size="sm" /> Laying out {plural(nodes.length, "asset")}
            </Flex>
          ) : (
            <LineageMap
              key={drawn.base}
              scene={scene}
              drawn={drawn}
              chosen={chosen}
              lit={lit}
              litBy={litBy}
              view={address.view}
              onChoose={choose}
              onFold={(group) => {
                set({ fold: group });
              }}
              onOpen={(key) => {
                set({ open: key });
              }}
              origins={origins}
              tables={tables}
              column={column}
              onColumns={(key) => {
                // Also one that the chosen column shows goes away.
                if (withColumn.has(key))
                  set({ column: null, ...(address.columns.includes(key) ? { columns: key } : {}) });
                else set({ columns: key });
              }}
              onColumn={(next) => {
                const again = next.key === chosen && next.column === address.column;
                set({ asset: next.key, column: again ? null : next.column, to: null });
              }}
              onView={(view) => {
                clearTimeout(pause.current);
                pause.current = setTimeout(() => {
                  set({ view: viewText(view) });
                }, VIEW_PAUSE_MILLISECONDS);
              }}
            />
          )}
        </div>
        {at !== null && (
          <ChosenPanel
            asset={at}
            rows={rows}
            adjacency={adjacency}
            mode={mode}
            to={address.to}
            keys={keys}
            origin={chosen === null ? undefined : origins.get(chosen)}
            onFocus={() => {
              set({ focus: chosen, to: null });
            }}
            onPath={(key) => {
              set({ to: key });
            }}
            onClose={() => {
              set({ asset: null, to: null, column: null });
            }}
          />
        )}
      </Flex>
    </>
  );
}

function Groups({
  boxed,
  folded,
  count,
  onBoxed,
  onFold,
}: {
  boxed: boolean;
  folded: number;
  count: number;
  onBoxed: (on: boolean) => void;
  onFold: (fold: boolean) => void;
}) {
  return (
    <Group gap={6}>
      <Button
        size="xs"
        variant={boxed ? "light" : "default"}
        aria-pressed={boxed}
        onClick={() => {
          onBoxed(!boxed);
        }}
      >
        Groups
      </Button>
      {folded < count && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            onFold(true);
          }}
        >
          Fold all
        </Button>
      )}
      {folded > 0 && (
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            onFold(false);
          }}
        >
          Unfold all
        </Button>
      )}
    </Group>
  );
}
