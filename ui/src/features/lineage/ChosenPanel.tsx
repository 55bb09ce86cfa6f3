import { Button, CloseButton, Group, Paper, ScrollArea, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";

import type { AssetRow, Schemas } from "../../api/client";
import { plural } from "../../components/format";
import { assetPath, showKey } from "../../components/keys";
import { AssetLink, KindBadge, Moment, StatusMark } from "../../components/marks";
import { Markdown } from "../../components/Markdown";
import { reach, type Adjacency } from "../../graph/neighbourhood";
import { AssetFinder } from "./AssetFinder";
import { causesOf } from "./lit";
import type { Mode } from "./useAddress";

const MOST_LISTED = 40;

/** The chosen asset beside the map: its state, and what the mode asks of it. */
export function ChosenPanel({
  asset,
  rows,
  adjacency,
  mode,
  to,
  keys,
  origin,
  onFocus,
  onPath,
  onClose,
}: {
  asset: number;
  rows: readonly AssetRow[];
  adjacency: Adjacency;
  mode: Mode;
  to: string | null;
  keys: readonly string[];
  origin: Schemas["Origin"] | undefined;
  onFocus: () => void;
  onPath: (key: string | null) => void;
  onClose: () => void;
}) {
  const row = rows[asset];
  if (!row) return null;
  return (
    <Paper
      component="aside"
      aria-label="Chosen asset"
      p="md"
      w={{ base: "100%", md: 320 }}
      style={{ alignSelf: "flex-start", flex: "none" }}
    >
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb="sm">
        <Text fw={650} style={{ overflowWrap: "anywhere" }}>
          {showKey(row.key)}
        </Text>
        <CloseButton aria-label="Close" onClick={onClose} />
      </Group>
      <Stack gap="sm">
        <Group gap="sm">
          <KindBadge kind={row.kind} />
          <StatusMark status={row.status} />
        </Group>
        <Text size="sm" c="dimmed">
          Last update <Moment at={row.latest_materialization?.timestamp} /> · group {row.group}
          {row.owners.length > 0 && ` · ${row.owners.join(", ")}`}
        </Text>
        {origin && <BroughtAbout origin={origin} />}
        {row.description && <Markdown source={row.description} />}
        <Group gap="sm">
          <Button component={Link} to={assetPath(row.key)} size="xs">
            Open
          </Button>
          <Button variant="default" size="xs" onClick={onFocus}>
            Show what is around it
          </Button>
        </Group>
        <AssetFinder
          label="Path to or from"
          placeholder="Another asset, or shift-click one"
          size="xs"
          value={to}
          keys={keys}
          onChange={onPath}
        />
        {mode === "impact" && <Impact asset={asset} rows={rows} adjacency={adjacency} />}
        {mode === "cause" && <Causes asset={asset} rows={rows} adjacency={adjacency} />}
      </Stack>
    </Paper>
  );
}

/** The system that an asset comes from, and what reports or makes it here. */
function BroughtAbout({ origin }: { origin: Schemas["Origin"] }) {
  return (
    <Stack gap={2}>
      {origin.system && <Text size="sm">Comes from {origin.system}</Text>}
      {origin.sensors.map((name) => (
        <Text key={name} size="sm">
          Sensor <Link to={`/sensors/${encodeURIComponent(name)}`}>{name}</Link>
        </Text>
      ))}
      {origin.schedules.map((name) => (
        <Text key={name} size="sm">
          Schedule {name}
        </Text>
      ))}
    </Stack>
  );
}

interface Around {
  asset: number;
  rows: readonly AssetRow[];
  adjacency: Adjacency;
}

function Impact({ asset, rows, adjacency }: Around) {
  const affected = [...reach(adjacency.downstream, [asset])].flatMap((node) =>
    node === asset ? [] : (rows[node] ?? []),
  );
  const owners = [...new Set(affected.flatMap((row) => row.owners))].sort();
  const groups = new Set(affected.map((row) => row.group));
  return (
    <List
      title={`Affects ${plural(affected.length, "asset")}`}
      note={
        affected.length === 0
          ? "Nothing follows from it."
          : `In ${plural(groups.size, "group")}. To tell: ${owners.join(", ") || "nobody owns them"}.`
      }
      rows={affected}
    />
  );
}

function Causes({ asset, rows, adjacency }: Around) {
  const causes = causesOf(adjacency, asset, rows).flatMap((node) => rows[node] ?? []);
  return (
    <List
      title={causes.length === 0 ? "No trouble upstream" : `Trouble upstream: ${causes.length}`}
      note={
        causes.length === 0
          ? "Everything that leads to it is well."
          : "Look at the first ones first: no other trouble leads to them."
      }
      rows={causes}
    />
  );
}

function List({ title, note, rows }: { title: string; note: string; rows: readonly AssetRow[] }) {
  return (
    <div>
      <Title order={2} size="h6">
        {title}
      </Title>
      <Text size="xs" c="dimmed" mb={6}>
        {note}
      </Text>
      <ScrollArea.Autosize mah={260} viewportProps={{ tabIndex: 0 }}>
        <Stack gap={4}>
          {rows.slice(0, MOST_LISTED).map((row) => (
            <Group key={row.key} justify="space-between" wrap="nowrap" gap="xs">
              <Text size="sm" truncate component="span">
                <AssetLink assetKey={row.key} />
              </Text>
              <StatusMark status={row.status} />
            </Group>
          ))}
          {rows.length > MOST_LISTED && (
            <Text size="xs" c="dimmed">
              and {rows.length - MOST_LISTED} more
            </Text>
          )}
        </Stack>
      </ScrollArea.Autosize>
    </div>
  );
}
