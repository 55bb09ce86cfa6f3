import { Badge, Group, Paper, Stack, Text, UnstyledButton } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { Link } from "react-router";

import type { EventView } from "../api/client";
import { Breakable } from "./Breakable";
import { toExact, toNumber } from "./format";
import { toParts } from "./keys";
import { AssetLink, Mark, Moment } from "./marks";
import { MetadataTable } from "./metadata";
import { ErrorBox } from "./states";
import type { Look } from "./status";

/** So many pieces of metadata stand beside an event's title, texts up to so many letters. */
const TOLD = 3;
const SHORT = 24;
const FLAGS: Record<string, string> = {
  unknown_asset: "Nobody defined this asset",
  unknown_partition: "Not one of the asset's partitions",
  missing_partition: "The asset has partitions, the report names none",
  unknown_check: "Nobody defined this check",
  withdrawn: "Withdrawn",
};

/** Events, newest first; each opens to show all that it says. */
export function EventList({
  events,
  news = false,
  actions,
}: {
  events: readonly EventView[];
  /** What can be done with an event that is open. */
  actions?: (event: EventView) => ReactNode;
  /** Whether they are news of several assets, told by when they came in. */
  news?: boolean;
}) {
  const [open, setOpen] = useState<number | null>(null);
  return (
    <Paper radius="sm" className="hw-events">
      {events.map((event) => (
        <div key={event.seq}>
          <Group className="hw-opens" justify="space-between" gap="sm" wrap="nowrap" px="sm" py={6} mih={38}>
            <Group gap="sm" style={{ minWidth: 0 }}>
              <Group gap="sm" wrap="nowrap" align="baseline" style={{ minWidth: 0 }}>
                <Mark bare look={lookOf(event)} />
                <UnstyledButton
                  fz="sm"
                  fw={550}
                  td={event.flags.includes("withdrawn") ? "line-through" : undefined}
                  style={{ minWidth: 0, overflowWrap: "anywhere" }}
                  aria-expanded={open === event.seq}
                  onClick={() => {
                    setOpen(open === event.seq ? null : event.seq);
                  }}
                >
                  <Breakable text={event.title} />
                </UnstyledButton>
              </Group>
              {news && event.asset_key !== null && !namesIt(event, event.asset_key) && (
                <AssetLink assetKey={event.asset_key} />
              )}
              {event.partition !== null && (
                <Badge size="sm" variant="default">
                  {event.partition}
                </Badge>
              )}
              <Text size="xs" c="dimmed" truncate style={{ minWidth: 0 }}>
                {summaryOf(event)}
              </Text>
              {event.flags.map((flag) => (
                <Badge key={flag} size="sm" variant="outline" c="var(--hw-warn)">
                  {FLAGS[flag] ?? flag}
                </Badge>
              ))}
            </Group>
            <Text size="xs" c="dimmed" style={{ flex: "none" }}>
              <Moment at={news ? event.recorded_at : event.timestamp} />
            </Text>
          </Group>
          {open === event.seq && <EventBody event={event} actions={actions?.(event)} />}
        </div>
      ))}
    </Paper>
  );
}

/** Whether an event's title names its asset already: most steps are called as what they make. */
function namesIt({ kind, title }: EventView, key: string): boolean {
  return kind.startsWith("step_") && title.includes(toParts(key).at(-1) ?? key);
}

function EventBody({ event, actions }: { event: EventView; actions: ReactNode }) {
  const late = event.recorded_at - event.timestamp;
  return (
    <Stack gap="xs" px="sm" pb="sm">
      <Text size="xs" c="dimmed">
        Event {event.seq} · {toExact(event.timestamp)}
        {late > 1 && ` · recorded ${toExact(event.recorded_at)}`}
        {event.data_version !== null && ` · data version ${event.data_version}`}
        {event.reporter && ` · ${reporterText(event)}`}
        {event.run_id !== null && (
          <>
            {" · "}
            <Link to={`/runs/${event.run_id}`}>run {event.run_id.slice(0, 8)}</Link>
          </>
        )}
      </Text>
      {event.description && <Text size="sm">{event.description}</Text>}
      {event.error && <ErrorBox error={event.error} />}
      {Object.keys(event.metadata).length > 0 && <MetadataTable entries={event.metadata} />}
      {Object.keys(event.inputs).length > 0 && (
        <Text size="xs" c="dimmed" component="div">
          Read{" "}
          {Object.entries(event.inputs).map(([key, seq], place) => (
            <span key={key}>
              {place > 0 && ", "}
              <AssetLink assetKey={key} size="xs" /> as of event {seq}
            </span>
          ))}
        </Text>
      )}
      {actions && <Group gap="sm">{actions}</Group>}
    </Stack>
  );
}

/** What tells one event from the next at a glance: its first numbers and short texts. */
function summaryOf({ metadata }: EventView): string {
  const told = Object.entries(metadata).flatMap(([name, { type, value }]) => {
    if ((type === "int" || type === "float") && typeof value === "number")
      return [`${name} ${toNumber(value)}`];
    return type === "text" && typeof value === "string" && value.length <= SHORT ? [`${name} ${value}`] : [];
  });
  return told.slice(0, TOLD).join(" · ");
}

/** What happens on the way, and says nothing of how it ends. */
const QUIET = /^(run|step|backfill|external)_(requested|started|skipped)$/;
const REPORTED = new Set(["materialization", "observation", "check_evaluation"]);

function reporterText(event: EventView): string {
  const { via, name } = event.reporter ?? { via: "", name: null };
  const who: Record<string, string> = {
    rest: "by HTTP",
    sensor: "by sensor",
    openlineage: "by OpenLineage job",
    app: "in the app by",
    api: "through the API by",
  };
  if (via === "run") return "made here";
  const isReport = REPORTED.has(event.kind) || event.kind.startsWith("external_");
  return `${isReport ? "reported " : ""}${who[via] ?? `by ${via}`}${name === null ? "" : ` ${name}`}`;
}

function lookOf(event: EventView): Look {
  const failed = event.kind.endsWith("_failed") || event.passed === false;
  const tone =
    failed && event.severity === "WARN"
      ? "warn"
      : failed
        ? "bad"
        : event.kind === "observation" || event.kind.startsWith("sensor_")
          ? "busy"
          : event.kind.endsWith("_canceled") || event.flags.length > 0
            ? "warn"
            : "good";
  if (QUIET.test(event.kind))
    return { label: event.title, tone: "idle", hollow: true, meaning: event.kind.replaceAll("_", " ") };
  return { label: event.title, tone, meaning: event.kind.replaceAll("_", " ") };
}
