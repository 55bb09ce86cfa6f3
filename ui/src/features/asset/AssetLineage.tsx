import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useNavigate } from "react-router";

import type { Graph } from "../../api/client";
import { graphQuery } from "../../api/queries";
import { assetPath } from "../../components/keys";
import { Loaded } from "../../components/states";
import { DepthInput } from "../lineage/DepthInput";
import LineageGraph from "../lineage/LineageGraph";
import { toDrawn } from "../lineage/drawn";

/** What is around one asset. */
export function AssetLineage({ assetKey }: { assetKey: string }) {
  const query = useQuery(graphQuery);
  return <Loaded query={query}>{(graph) => <Around graph={graph} assetKey={assetKey} />}</Loaded>;
}

function Around({ graph, assetKey }: { graph: Graph; assetKey: string }) {
  const [depth, setDepth] = useState(3);
  const navigate = useNavigate();
  const drawn = toDrawn(graph, assetKey, depth);
  return (
    <>
      <Group mb="sm">
        <DepthInput depth={depth} onChange={setDepth} />
        <Link to={`/lineage?focus=${encodeURIComponent(assetKey)}&depth=${depth}`}>
          Open in the lineage page
        </Link>
      </Group>
      <LineageGraph
        key={depth}
        drawn={drawn}
        chosen={assetKey}
        height={480}
        onChoose={(key) => {
          if (key !== null && key !== assetKey) void navigate(assetPath(key, "lineage"));
        }}
      />
    </>
  );
}
