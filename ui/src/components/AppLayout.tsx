import {
  ActionIcon,
  Alert,
  AppShell,
  Burger,
  Group,
  Kbd,
  NavLink,
  Text,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { spotlight } from "@mantine/spotlight";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Link, Outlet, useLocation } from "react-router";

import { followLive } from "../api/live";
import { deploymentQuery, secretShownQuery } from "../api/queries";
import { RequestError } from "../api/client";
import { SignIn } from "../features/signin/SignIn";
import { CommandPalette } from "./CommandPalette";
import {
  AutomationGlyph,
  BackfillsGlyph,
  CatalogGlyph,
  LineageGlyph,
  MoonGlyph,
  OverviewGlyph,
  RunsGlyph,
  SearchGlyph,
  SettingsGlyph,
  SunGlyph,
} from "./icons";
import { Mark } from "./marks";
import { usePageKeys } from "./usePageKeys";

const KeyHelp = lazy(async () => ({ default: (await import("./KeyHelp")).KeyHelp }));

const PAGES = [
  { to: "/", label: "Overview", letter: "o", Glyph: OverviewGlyph },
  { to: "/catalog", label: "Catalog", letter: "c", Glyph: CatalogGlyph },
  { to: "/lineage", label: "Lineage", letter: "l", Glyph: LineageGlyph },
  { to: "/runs", label: "Runs", letter: "r", Glyph: RunsGlyph },
  { to: "/backfills", label: "Backfills", letter: "b", Glyph: BackfillsGlyph },
  { to: "/sensors", label: "Automation", letter: "a", Glyph: AutomationGlyph },
  { to: "/settings", label: "Settings", letter: "s", Glyph: SettingsGlyph },
];

/** The frame of every page: navigation, command palette, whether the page is live, and what keeps code from loading. */
export function AppLayout() {
  const deployment = useQuery(deploymentQuery);
  const needsToken =
    (deployment.data?.auth_required === true && !deployment.data.signed_in) ||
    (deployment.error instanceof RequestError && deployment.error.status === 401);
  const secretShown = useQuery(secretShownQuery).data;
  if (needsToken && !secretShown) return <SignIn />;
  return <Frame />;
}

function Frame() {
  const [opened, menu] = useDisclosure(false);
  const connected = useLive();
  const { pathname } = useLocation();
  const [helped, help] = useDisclosure(false);
  usePageKeys(PAGES, help.open);
  const deployment = useQuery(deploymentQuery).data;
  const failed = deployment?.locations.filter((location) => location.status === "failed") ?? [];
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 188, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding="md"
    >
      <a className="hw-skip" href="#main">
        Skip to the page
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={menu.toggle} hiddenFrom="sm" size="sm" aria-label="Navigation" />
            <Link to="/" className="hw-link">
              <Group gap={9} wrap="nowrap">
                <img src="./favicon.svg" width={24} height={24} alt="" />
                <Text fw={700}>Headwater</Text>
              </Group>
            </Link>
            {deployment && deployment.name !== "default" && (
              <Text size="sm" c="dimmed">
                {deployment.name}
              </Text>
            )}
          </Group>
          <Group gap="sm" wrap="nowrap">
            <UnstyledButton onClick={spotlight.open} visibleFrom="xs">
              <Group
                gap={8}
                px="sm"
                py={4}
                style={{ border: "1px solid var(--mantine-color-default-border)", borderRadius: 6 }}
              >
                <Text size="sm" c="dimmed">
                  Search
                </Text>
                <Kbd size="xs">Ctrl K</Kbd>
              </Group>
            </UnstyledButton>
            <ActionIcon variant="default" onClick={spotlight.open} aria-label="Search" hiddenFrom="xs">
              <SearchGlyph />
            </ActionIcon>
            <Connection connected={connected} />
            <SchemeToggle />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" component="nav" aria-label="Pages">
        {PAGES.map((page) => (
          <NavLink
            key={page.to}
            component={Link}
            to={page.to}
            label={page.label}
            leftSection={<page.Glyph />}
            aria-current={isAt(page.to, pathname) ? "page" : undefined}
            active={isAt(page.to, pathname)}
            onClick={menu.close}
            style={{ borderRadius: 6 }}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1}>
        {failed.map((location) => (
          <Alert key={location.name} color="red" mb="md" title={`The code of ${location.name} does not load`}>
            <div style={{ overflowWrap: "anywhere" }}>{location.error?.message}</div>
            {location.loaded_at === null
              ? "Nothing of it is in force. "
              : "The last definitions that loaded stay in force. "}
            <Link to="/settings?tab=code">See the traceback</Link>
          </Alert>
        ))}
        <Outlet />
      </AppShell.Main>
      <CommandPalette pages={PAGES} onHelp={help.open} />
      {helped && (
        <Suspense>
          <KeyHelp opened onClose={help.close} pages={PAGES} />
        </Suspense>
      )}
    </AppShell>
  );
}

function isAt(page: string, pathname: string): boolean {
  if (page === "/") return pathname === "/";
  if (page === "/catalog" && pathname.startsWith("/asset")) return true;
  if (page === "/sensors") return /^\/(sensors|schedules|jobs)/.test(pathname);
  return pathname.startsWith(page);
}

function useLive(): boolean {
  const queries = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => followLive(queries, setConnected), [queries]);
  return connected;
}

function Connection({ connected }: { connected: boolean }) {
  const look = connected
    ? ({ label: "Live", tone: "good", meaning: "This page follows what happens" } as const)
    : ({
        label: "Reconnecting",
        tone: "warn",
        pulse: true,
        meaning: "The server does not answer; it is tried again",
      } as const);
  return (
    <span role="status">
      <Mark look={look} />
    </span>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const next = dark ? "light" : "dark";
  return (
    <Tooltip label={`Switch to ${next}`}>
      <ActionIcon
        variant="default"
        aria-label={`Switch to ${next}`}
        onClick={() => {
          setColorScheme(next);
        }}
      >
        {dark ? <SunGlyph /> : <MoonGlyph />}
      </ActionIcon>
    </Tooltip>
  );
}
