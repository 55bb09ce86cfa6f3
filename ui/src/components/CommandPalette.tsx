import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Spotlight } from "@mantine/spotlight";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { post, type AssetRow, type SensorView } from "../api/client";
import { assetsQuery, sensorsQuery } from "../api/queries";
import { assetPath, showKey } from "./keys";
import { find, type Findable } from "./search";
import { KINDS } from "./status";

interface Command extends Findable {
  readonly description: string;
  readonly run: () => unknown;
}

const MOST = 30;
const RUN_ID = /^[0-9a-f]{8}[0-9a-f-]{24,28}$/;
const BACKFILL_ID = /^[0-9a-f]{12}$/;

/** Go to any page, asset, sensor, run or backfill, or do something, by typing a part of its name. */
export function CommandPalette({ pages }: { pages: readonly { to: string; label: string }[] }) {
  const [typed, setTyped] = useState("");
  const [opened, setOpened] = useState(false);
  return (
    <Spotlight.Root
      query={typed}
      onQueryChange={setTyped}
      shortcut={["mod + K", "/"]}
      scrollable
      attributes={{ content: { "aria-label": "Search" } }}
      maxHeight={420}
      onSpotlightOpen={() => {
        setOpened(true);
      }}
      onSpotlightClose={() => {
        setOpened(false);
      }}
    >
      <Spotlight.Search placeholder="Search assets, sensors, pages and actions" aria-label="Search" />
      <Spotlight.ActionsList aria-label="What matches">
        {opened && <Found typed={typed} pages={pages} />}
      </Spotlight.ActionsList>
      <Spotlight.Footer>
        <span style={{ fontSize: 12, color: "var(--hw-quiet)" }}>
          ↑ ↓ choose · Enter go · Esc close · g then o, c, l, r, b, a, s: pages
        </span>
      </Spotlight.Footer>
    </Spotlight.Root>
  );
}

function Found({ typed, pages }: { typed: string; pages: readonly { to: string; label: string }[] }) {
  // Not deferred: Enter right after the last letter goes to what that letter found.
  const wanted = typed.trim();
  const commands = useCommands(pages);
  const found = useMemo(() => find(commands, wanted, MOST), [commands, wanted]);
  const navigate = useNavigate();
  const list = useRef<HTMLDivElement>(null);
  // The first one is marked once it is drawn, so that Enter goes to what was found and not to what stood there before.
  useLayoutEffect(() => {
    const actions = [...(list.current?.querySelectorAll("[data-action]") ?? [])];
    actions.forEach((action, place) => action.toggleAttribute("data-selected", place === 0));
  }, [found]);
  return (
    <div ref={list}>
      {RUN_ID.test(wanted) && (
        <Spotlight.Action label={`Run ${wanted}`} onClick={() => void navigate(`/runs/${wanted}`)} />
      )}
      {BACKFILL_ID.test(wanted) && (
        <Spotlight.Action
          label={`Backfill ${wanted}`}
          onClick={() => void navigate(`/backfills/${wanted}`)}
        />
      )}
      {found.map((command) => (
        <Spotlight.Action
          key={command.id}
          label={command.label}
          description={command.description}
          onClick={() => void command.run()}
        />
      ))}
      {found.length === 0 && <Spotlight.Empty>Nothing has that name</Spotlight.Empty>}
    </div>
  );
}

function useCommands(pages: readonly { to: string; label: string }[]): Command[] {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data;
  const sensors = useQuery(sensorsQuery).data;
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return useMemo(() => {
    const go = (path: string) => () => navigate(path);
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
        id: "copy",
        label: "Copy the address of this page",
        description: "Action",
        also: "link share url",
        run: () => navigator.clipboard.writeText(window.location.href),
      },
      ...(assets?.items ?? []).flatMap((asset) => assetCommands(asset, go)),
      ...(sensors?.items ?? []).flatMap((sensor) =>
        sensorCommands(sensor, go, async (action) => {
          await post(`api/sensors/${encodeURIComponent(sensor.name)}/${action}`);
          await queries.invalidateQueries({ queryKey: ["sensors"] });
        }),
      ),
    ];
  }, [pages, assets, sensors, dark, navigate, queries, setColorScheme]);
}

type Go = (path: string) => () => unknown;

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
    ...(asset.kind === "native"
      ? [
          {
            id: `make ${key}`,
            label: `Materialize ${showKey(key)}…`,
            description: "Action",
            run: go(`${assetPath(key)}&do=materialize`),
          },
        ]
      : []),
  ];
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
