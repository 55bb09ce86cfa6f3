import { Table, Text } from "@mantine/core";

import type { EventView } from "../../api/client";
import { AssetLink, Mark } from "../../components/marks";
import { MetadataView } from "../../components/metadata";
import { CHECK_LOOKS, type Look } from "../../components/status";

const FIRST_ENTRIES = 4;
/** Metadata that fits into a line. */
const SHORT = new Set(["int", "float", "text", "bool", "timestamp", "url", "path", "asset"]);
const MADE: Look = { label: "Made", tone: "good", meaning: "A new version of the asset" };
const OBSERVED: Look = { label: "Observed", tone: "busy", meaning: "Looked at, and not made anew" };

/** What a run made, observed and checked, one a line, with the first of its metadata. */
export function OutputTable({ events }: { events: readonly EventView[] }) {
  return (
    <Table.ScrollContainer minWidth={520} type="native" tabIndex={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            <Table.Th>Of</Table.Th>
            <Table.Th>Data version</Table.Th>
            <Table.Th>Metadata</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
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
              <Table.Td style={{ overflowWrap: "anywhere" }}>{event.data_version ?? "–"}</Table.Td>
              <Table.Td>
                <ShortMetadata event={event} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
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
