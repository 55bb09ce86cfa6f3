import { Button, CloseButton, Flex, Group, Paper, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type CSSProperties } from "react";
import { Link, useSearchParams } from "react-router";

import type { Graph, GraphNode } from "../../api/client";
import { graphQuery } from "../../api/queries";
import { assetPath, showKey } from "../../components/keys";
import { KindBadge, Moment, StatusMark } from "../../components/marks";
import { Markdown } from "../../components/Markdown";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { KINDS } from "../../components/status";
import { DepthInput } from "./DepthInput";
import { MOST_CARDS, toDrawn } from "./drawn";

const HEIGHT = "calc(100vh - 190px)";

const LineageGraph = lazy(() => import("./LineageGraph"));

/** The lineage of all assets, or of one with what is around it. The address holds what is shown. */
export function LineagePage() {
  const query = useQuery(graphQuery);
  return (
    <>
      <PageTitle title="Lineage">
        <Legend />
      </PageTitle>
      <Loaded query={query}>
        {(graph) =>
          graph.nodes.length === 0 ? (
            <Empty title="No assets yet">Once there are assets, their dependencies are drawn here.</Empty>
          ) : (
            <Lineage graph={graph} />
          )
        }
      </Loaded>
    </>
  );
}

function Lineage({ graph }: { graph: Graph }) {
  const [parameters, setParameters] = useSearchParams();
  const asked = parameters.get("focus");
  // Too many cards help nobody: then the first asset with neighbours is the centre until another one is chosen.
  const focus = asked ?? (graph.nodes.length > MOST_CARDS ? busiest(graph) : null);
  const depth = Number(parameters.get("depth") ?? 2);
  const chosen = parameters.get("asset");
  const set = (changes: Record<string, string | null>) => {
    setParameters(
      (before) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === null) before.delete(name);
          else before.set(name, value);
        }
        return before;
      },
      { replace: true },
    );
  };
  const drawn = toDrawn(graph, focus, depth);
  const node = graph.nodes.find((each) => each.asset.key === chosen);
  return (
    <>
      <Group mb="sm" gap="sm">
        <Select
          aria-label="Show one asset with what is around it"
          placeholder="All assets"
          searchable
          clearable
          limit={50}
          w={300}
          value={focus}
          data={graph.nodes.map((each) => each.asset.key)}
          onChange={(value) => {
            set({ focus: value });
          }}
        />
        {focus !== null && (
          <DepthInput
            depth={depth}
            onChange={(value) => {
              set({ depth: String(value) });
            }}
          />
        )}
        <Text size="xs" c="dimmed" role="status">
          {drawn.nodes.length === graph.nodes.length
            ? `${graph.nodes.length} assets`
            : `${drawn.nodes.length} of ${graph.nodes.length} assets`}
        </Text>
      </Group>
      <Flex gap="md" direction={{ base: "column", md: "row" }}>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Suspense fallback={<div style={{ height: HEIGHT }} />}>
            <LineageGraph
              key={`${focus ?? ""} ${depth}`}
              drawn={drawn}
              chosen={chosen}
              height={HEIGHT}
              onChoose={(key) => {
                set({ asset: key });
              }}
            />
          </Suspense>
        </div>
        {node && (
          <Paper
            component="aside"
            aria-label="Chosen asset"
            p="md"
            w={{ base: "100%", md: 320 }}
            style={{ alignSelf: "flex-start" }}
          >
            <Group justify="space-between" wrap="nowrap" align="flex-start" mb="sm">
              <Text fw={650} style={{ overflowWrap: "anywhere" }}>
                {showKey(node.asset.key)}
              </Text>
              <CloseButton
                aria-label="Close"
                onClick={() => {
                  set({ asset: null });
                }}
              />
            </Group>
            <NodeSummary
              node={node}
              onFocus={() => {
                set({ focus: node.asset.key });
              }}
            />
          </Paper>
        )}
      </Flex>
    </>
  );
}

function NodeSummary({ node, onFocus }: { node: GraphNode; onFocus: () => void }) {
  const { asset } = node;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <KindBadge kind={asset.kind} />
        <StatusMark status={asset.status} />
      </Group>
      <Text size="sm" c="dimmed">
        Last update <Moment at={asset.latest_materialization?.timestamp} /> · group {asset.group}
        {asset.owners.length > 0 && ` · ${asset.owners.join(", ")}`}
      </Text>
      {asset.description && <Markdown source={asset.description} />}
      <Group gap="sm">
        <Button component={Link} to={assetPath(asset.key)} size="xs">
          Open
        </Button>
        <Button variant="default" size="xs" onClick={onFocus}>
          Show what is around it
        </Button>
      </Group>
    </Stack>
  );
}

function Legend() {
  return (
    <Group gap="md" aria-label="Legend">
      {Object.entries(KINDS).map(([kind, look]) => (
        <Group key={kind} gap={6} wrap="nowrap" title={look.meaning}>
          <span
            className="hw-card"
            data-kind={kind}
            style={
              {
                "--hw-kind": look.color,
                width: 22,
                height: 14,
                padding: 0,
                borderTopRightRadius: kind === "native" ? 3 : 7,
                borderBottomRightRadius: kind === "native" ? 3 : 7,
              } as CSSProperties
            }
          />
          <Text size="xs" c="dimmed">
            {look.label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}

function busiest(graph: Graph): string | null {
  const degrees = new Array<number>(graph.nodes.length).fill(0);
  for (const [up, down] of graph.edges) {
    degrees[up] = (degrees[up] ?? 0) + 1;
    degrees[down] = (degrees[down] ?? 0) + 1;
  }
  const most = degrees.indexOf(Math.max(...degrees));
  return graph.nodes[most]?.asset.key ?? null;
}
