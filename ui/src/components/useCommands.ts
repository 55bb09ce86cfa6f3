import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { post, type AssetRow, type RunView, type SensorView } from "../api/client";
import { assetsQuery, jobsQuery, runsQuery, schedulesQuery, sensorsQuery } from "../api/queries";
import { toExact } from "./format";
import { assetPath, showKey } from "./keys";
import type { Findable } from "./search";
import { KINDS, RUN_LOOKS } from "./status";
import { tagTexts } from "./tags";

const RUN_ID_SHOWN = 8;

/** Something that the palette goes to or does. */
export interface Command extends Findable {
  readonly description: string;
  readonly run: () => unknown;
}

export type Go = (path: string) => () => unknown;

/** What is found without asking: pages, actions, and all that the app has read anyway. */
export function useCommands(
  pages: readonly { to: string; label: string }[],
  go: Go,
  onHelp: () => void,
): Command[] {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data;
  const sensors = useQuery(sensorsQuery).data;
  const schedules = useQuery(schedulesQuery).data;
  const jobs = useQuery(jobsQuery).data;
  const runs = useInfiniteQuery(runsQuery()).data;
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return useMemo(() => {
    return [
      ...pages.map((page) => ({
        id: `page ${page.to}`,
        label: page.label,
        description: "Page",
        run: go(page.to),
      })),
      {
        id: "scheme",
        label: dark ? "Switch to light" : "Switch to dark",
        description: "Action",
        also: "theme colour dark mode",
        run: () => {
          setColorScheme(dark ? "light" : "dark");
        },
      },
      {
        id: "keys",
        label: "Show the keys",
        description: "Action",
        also: "keyboard shortcuts help",
        run: onHelp,
      },
      {
        id: "copy",
        label: "Copy the address of this page",
        description: "Action",
        also: "link share url",
        run: () => navigator.clipboard.writeText(window.location.href),
      },
      ...(assets?.items ?? []).flatMap((asset) => assetCommands(asset, go)),
      ...listCommands(assets?.items ?? [], go),
      ...(sensors?.items ?? []).flatMap((sensor) =>
        sensorCommands(sensor, go, async (action) => {
          await post(`api/sensors/${encodeURIComponent(sensor.name)}/${action}`);
          await queries.invalidateQueries({ queryKey: ["sensors"] });
        }),
      ),
      ...(schedules?.items ?? []).map(({ name }) => ({
        id: `schedule ${name}`,
        label: name,
        description: "Schedule",
        run: go(`/schedules/${encodeURIComponent(name)}`),
      })),
      ...(jobs?.items ?? []).map(({ name }) => ({
        id: `job ${name}`,
        label: name,
        description: "Job",
        run: go(`/jobs/${encodeURIComponent(name)}`),
      })),
      ...(runs?.pages[0]?.items ?? []).map((run) => runCommand(run, go)),
    ];
  }, [pages, assets, sensors, schedules, jobs, runs, dark, go, onHelp, queries, setColorScheme]);
}

function assetCommands(asset: AssetRow, go: Go): Command[] {
  const key = asset.key;
  const also = [key, asset.group, ...asset.owners].join(" ");
  return [
    {
      id: `asset ${key}`,
      label: showKey(key),
      description: `${KINDS[asset.kind].label} asset`,
      also,
      run: go(assetPath(key)),
    },
    {
      id: `lineage ${key}`,
      label: `Lineage around ${showKey(key)}`,
      description: "Action",
      run: go(`/lineage?focus=${encodeURIComponent(key)}`),
    },
    ...(asset.kind === "native" || asset.observable
      ? [
          {
            id: `make ${key}`,
            label: `${asset.observable ? "Observe" : "Materialize"} ${showKey(key)}…`,
            description: "Action",
            run: go(`${assetPath(key)}&do=materialize`),
          },
          {
            id: `runs ${key}`,
            label: `Runs of ${showKey(key)}`,
            description: "Action",
            run: go(`/runs?asset=${encodeURIComponent(key)}`),
          },
        ]
      : []),
  ];
}

/** The lists behind what assets have in common. */
function listCommands(rows: readonly AssetRow[], go: Go): Command[] {
  const lists: [string, string, (row: AssetRow) => readonly string[]][] = [
    ["owner", "Owner", (row) => row.owners],
    ["group", "Group", (row) => [row.group]],
    ["tag", "Tag", tagTexts],
  ];
  return lists.flatMap(([facet, description, valuesOf]) =>
    [...new Set(rows.flatMap(valuesOf))].map((value) => ({
      id: `${facet} ${value}`,
      label: value,
      description: `${description}: its assets`,
      lesser: true,
      run: go(`/catalog?${facet}=${encodeURIComponent(value)}`),
    })),
  );
}

function runCommand(run: RunView, go: Go): Command {
  const what = run.assets.map(showKey).join(", ");
  return {
    id: `run ${run.run_id}`,
    label: `Run ${run.run_id.slice(0, RUN_ID_SHOWN)}`,
    description: `${RUN_LOOKS[run.status]?.label ?? run.status}, ${toExact(run.created_at)}: ${what}`,
    also: run.run_id,
    run: go(`/runs/${run.run_id}`),
  };
}

function sensorCommands(sensor: SensorView, go: Go, ask: (action: string) => unknown): Command[] {
  const name = sensor.name;
  const change = sensor.running ? "stop" : "start";
  return [
    {
      id: `sensor ${name}`,
      label: name,
      description: "Sensor",
      run: go(`/sensors/${encodeURIComponent(name)}`),
    },
    {
      id: `switch ${name}`,
      label: `Switch ${name} ${sensor.running ? "off" : "on"}`,
      description: "Action",
      run: () => ask(change),
    },
    { id: `tick ${name}`, label: `Tick ${name} now`, description: "Action", run: () => ask("tick") },
  ];
}
