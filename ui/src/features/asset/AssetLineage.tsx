import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";

import type { Graph } from "../../api/client";
import { graphQuery } from "../../api/queries";
import { assetPath } from "../../components/keys";
import { Loaded } from "../../components/states";
import { useNarrow } from "../../components/useNarrow";
import { toAdjacency } from "../../graph/neighbourhood";
import { DepthInput } from "../lineage/DepthInput";
import { toDrawn } from "../lineage/drawn";
import { LineageMap } from "../lineage/LineageMap";
import { litAround } from "../lineage/lit";
import { linesOf } from "../lineage/columnLines";
import { useOrigins, useTables } from "../lineage/useAround";
import { useScene } from "../lineage/useScene";

const DEPTH = 3;

/** What is around one asset. */
export function AssetLineage({ assetKey }: { assetKey: string }) {
  const query = useQuery(graphQuery);
  return <Loaded query={query}>{(graph) => <Around graph={graph} assetKey={assetKey} />}</Loaded>;
}

function Around({ graph, assetKey }: { graph: Graph; assetKey: string }) {
  const [up, setUp] = useState(DEPTH);
  const [down, setDown] = useState(DEPTH);
  const navigate = useNavigate();
  const [opened, setOpened] = useState<readonly string[]>([]);
  const [shown, setShown] = useState<readonly string[]>([]);
  const narrow = useNarrow();
  const origins = useOrigins();
  const tables = useTables(shown);
  const drawn = toDrawn(graph, {
    focus: assetKey,
    up,
    down,
    boxed: false,
    narrow,
    folded: [],
    opened,
    lines: linesOf(tables),
  });
  const scene = useScene(drawn);
  const { request } = drawn;
  const adjacency = useMemo(() => toAdjacency({ size: request.size, edges: request.edges }), [request]);
  return (
    <>
      <Group mb="sm">
        <DepthInput label="up" depth={up} onChange={setUp} />
        <DepthInput label="down" depth={down} onChange={setDown} />
        <Link to={`/lineage?focus=${encodeURIComponent(assetKey)}&asset=${encodeURIComponent(assetKey)}`}>
          Open in the lineage
        </Link>
      </Group>
      {scene && (
        <LineageMap
          key={drawn.base}
          scene={scene}
          drawn={drawn}
          chosen={assetKey}
          lit={null}
          litBy={(asset) => litAround(adjacency, asset, "lineage")}
          view={null}
          height={520}
          onChoose={(key) => {
            if (key !== null && key !== assetKey) void navigate(assetPath(key, "lineage"));
          }}
          onFold={() => undefined}
          onOpen={(key) => {
            setOpened([...opened, key]);
          }}
          origins={origins}
          tables={tables}
          column={null}
          onColumns={(key) => {
            setShown(shown.includes(key) ? shown.filter((each) => each !== key) : [...shown, key]);
          }}
          onColumn={({ key, column }) =>
            void navigate(`${assetPath(key, "columns")}&column=${encodeURIComponent(column)}`)
          }
          onView={() => undefined}
        />
      )}
    </>
  );
}
