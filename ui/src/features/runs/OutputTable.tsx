import { Table, Text } from "@mantine/core";

import type { EventView } from "../../api/client";
import { AssetLink, Mark } from "../../components/marks";
import { MetadataView } from "../../components/metadata";
import { CHECK_LOOKS, type Look } from "../../components/status";
import { WideTable } from "../../components/WideTable";

const FIRST_ENTRIES = 4;
const LONGEST_VERSION = 24;
const VERSION_SHOWN = 12;
/** Metadata that fits into a line. */
const SHORT = new Set(["int", "float", "text", "bool", "timestamp", "url", "path", "asset"]);
const MADE: Look = { label: "Made", tone: "good", meaning: "A new version of the asset" };
const OBSERVED: Look = { label: "Observed", tone: "busy", meaning: "Looked at, and not made anew" };

/** What a run made, observed and checked, one a line, with the first of its metadata. */
export function OutputTable({ events }: { events: readonly EventView[] }) {
  return (
    <WideTable minWidth={520} heads={["What", "Of", "Data version", "Metadata"]}>
      {events.map((event) => (
        <Table.Tr key={event.seq}>
          <Table.Td>
            <Mark look={lookOf(event)} />
          </Table.Td>
          <Table.Td>
            {event.asset_key !== null && <AssetLink assetKey={event.asset_key} />}
            {event.partition !== null && (
              <Text size="xs" c="dimmed">
                {event.partition}
              </Text>
            )}
          </Table.Td>
          <Table.Td ff="monospace" fz="xs" style={{ overflowWrap: "anywhere" }}>
            <span title={event.data_version ?? undefined}>{shortVersion(event.data_version)}</span>
          </Table.Td>
          <Table.Td>
            <ShortMetadata event={event} />
          </Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

/** As much of a version as tells it from others; its event has all of it. */
function shortVersion(version: string | null): string {
  if (version === null) return "–";
  return version.length > LONGEST_VERSION ? `${version.slice(0, VERSION_SHOWN)}…` : version;
}

function lookOf(event: EventView): Look {
  if (event.kind !== "check_evaluation") return event.kind === "observation" ? OBSERVED : MADE;
  const name = event.passed ? "passed" : event.severity === "WARN" ? "warned" : "failed";
  return { ...(CHECK_LOOKS[name] as Look), label: event.title };
}

function ShortMetadata({ event }: { event: EventView }) {
  const entries = Object.entries(event.metadata);
  const short = entries.filter(([, entry]) => SHORT.has(entry.type)).slice(0, FIRST_ENTRIES);
  const others = entries.length - short.length;
  return (
    <>
      {short.map(([name, entry]) => (
        <Text key={name} size="sm" component="div" style={{ overflowWrap: "anywhere" }}>
          <Text component="span" inherit c="dimmed">
            {name}{" "}
          </Text>
          <MetadataView entry={entry} />
        </Text>
      ))}
      {others > 0 && (
        <Text size="xs" c="dimmed">
          {short.length > 0 && "and "}
          {others} more below
        </Text>
      )}
    </>
  );
}
