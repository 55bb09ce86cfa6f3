import "@xyflow/react/dist/style.css";

import { useComputedColorScheme } from "@mantine/core";
import { Background, Controls, MiniMap, ReactFlow, useReactFlow, useStore, type Edge } from "@xyflow/react";
import { useEffect, useMemo, useState } from "react";

import { layOut, type Place } from "../../graph/layout";
import { lineageOf, toAdjacency } from "../../graph/neighbourhood";
import { KINDS } from "../../components/status";
import { AssetCard, type CardNode } from "./AssetCard";
import type { Drawn } from "./drawn";

const SIZES = { width: 216, height: 58, columnGap: 72, rowGap: 22 };
const FIT = { padding: 0.12, maxZoom: 1 };
const NODE_TYPES = { asset: AssetCard };

/** A part of the lineage, drawn; what is hovered or chosen stands out with all that leads to it and follows from it. */
export default function LineageGraph({
  drawn,
  chosen,
  onChoose,
  height,
}: {
  drawn: Drawn;
  chosen: string | null;
  onChoose: (key: string | null) => void;
  height: string | number;
}) {
  const dark = useComputedColorScheme("light") === "dark";
  const [hovered, setHovered] = useState<number | null>(null);
  // The shape keeps its identity while only states change, so that live updates move nothing.
  const places = useMemo<Place[]>(() => layOut(drawn.shape, SIZES), [drawn.shape]);
  const adjacency = useMemo(() => toAdjacency(drawn.shape), [drawn.shape]);
  const chosenPlace = drawn.nodes.findIndex((node) => node.asset.key === chosen);
  const centre = hovered ?? (chosenPlace >= 0 ? chosenPlace : null);
  const lit = useMemo(() => (centre === null ? null : lineageOf(adjacency, centre)), [adjacency, centre]);
  const nodes = drawn.nodes.map<CardNode>((node, place) => ({
    id: String(place),
    type: "asset",
    position: places[place] ?? { x: 0, y: 0 },
    width: SIZES.width,
    height: SIZES.height,
    selected: place === chosenPlace,
    ariaLabel: `${node.asset.key}, ${KINDS[node.asset.kind].label}, ${node.asset.status}`,
    data: { asset: node.asset, dim: lit !== null && !lit.has(place) },
  }));
  const edges = drawn.shape.edges.map<Edge>(([up, down]) => {
    const shown = lit === null || (lit.has(up) && lit.has(down));
    return {
      id: `${up}-${down}`,
      source: String(up),
      target: String(down),
      animated: drawn.nodes[down]?.asset.status === "running",
      style: {
        opacity: shown ? 0.9 : 0.12,
        strokeWidth: lit !== null && shown ? 2 : 1.3,
        ...(lit !== null && shown ? { stroke: "var(--mantine-primary-color-filled)" } : {}),
      },
    };
  });
  return (
    <div style={{ height }} data-testid="lineage">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        colorMode={dark ? "dark" : "light"}
        fitView
        fitViewOptions={FIT}
        minZoom={0.03}
        maxZoom={1.6}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        onlyRenderVisibleElements={nodes.length > 200}
        proOptions={{ hideAttribution: true }}
        onNodeClick={(_, node) => {
          onChoose(node.data.asset.key);
        }}
        onNodeMouseEnter={(_, node) => {
          setHovered(Number(node.id));
        }}
        onNodeMouseLeave={() => {
          setHovered(null);
        }}
        onPaneClick={() => {
          onChoose(null);
        }}
        onKeyDown={(event) => {
          const focused = (event.target as HTMLElement).closest(".react-flow__node")?.getAttribute("data-id");
          const key = focused ? drawn.nodes[Number(focused)]?.asset.key : undefined;
          if (event.key === "Enter" && key !== undefined) onChoose(key);
        }}
      >
        <Refit />
        <Background gap={22} size={1} />
        <Controls showInteractive={false} position="bottom-left" />
        {nodes.length > 12 && (
          <MiniMap<CardNode>
            pannable
            zoomable
            nodeColor={(node) => KINDS[node.data.asset.kind].color}
            ariaLabel="Map of the graph"
          />
        )}
      </ReactFlow>
    </div>
  );
}

/** Fits the drawing again when its frame got another width, as it does beside the panel of a chosen asset. */
function Refit() {
  const width = useStore((state) => state.width);
  const { fitView } = useReactFlow();
  useEffect(() => {
    if (width > 0) void fitView(FIT);
  }, [width, fitView]);
  return null;
}
