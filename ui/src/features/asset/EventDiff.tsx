import { Group, Select, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { EventView } from "../../api/client";
import { toExact, toNumber } from "../../components/format";
import { MetadataView } from "../../components/metadata";
import { Section } from "../../components/states";
import { compare } from "./diff";

/** What is different in the metadata of any two events; at first, of the two newest that have some. */
export function EventDiff({ events }: { events: readonly EventView[] }) {
  const told = events.filter((event) => Object.keys(event.metadata).length > 0);
  const [older, setOlder] = useState<string | null>(null);
  const [newer, setNewer] = useState<string | null>(null);
  const after = told.find((event) => String(event.seq) === newer) ?? told[0];
  const before = told.find((event) => String(event.seq) === older) ?? told[1];
  if (!before || !after) {
    return (
      <Text size="sm" c="dimmed">
        Two events with metadata can be compared here.
      </Text>
    );
  }
  const choices = told.map((event) => ({
    value: String(event.seq),
    label: `${toExact(event.timestamp)}${event.partition === null ? "" : ` · ${event.partition}`} (event ${event.seq})`,
  }));
  const { differences, alike } = compare(before, after);
  return (
    <Section title="What changed">
      <Stack gap="sm">
        <Group grow preventGrowOverflow={false}>
          <Select
            label="From"
            size="xs"
            searchable
            data={choices}
            value={String(before.seq)}
            onChange={setOlder}
          />
          <Select
            label="To"
            size="xs"
            searchable
            data={choices}
            value={String(after.seq)}
            onChange={setNewer}
          />
        </Group>
        {differences.length > 0 && (
          <Table.ScrollContainer minWidth={520} type="native" tabIndex={0}>
            <Table layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w="24%">Entry</Table.Th>
                  <Table.Th>From</Table.Th>
                  <Table.Th>To</Table.Th>
                  <Table.Th w="16%">Change</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {differences.map(({ name, before: one, after: other, by }) => (
                  <Table.Tr key={name} style={{ verticalAlign: "top", overflowWrap: "anywhere" }}>
                    <Table.Th fw={500}>{name}</Table.Th>
                    <Table.Td>
                      {one ? <MetadataView entry={one} /> : <Text c="dimmed">not there</Text>}
                    </Table.Td>
                    <Table.Td>
                      {other ? <MetadataView entry={other} /> : <Text c="dimmed">not there</Text>}
                    </Table.Td>
                    <Table.Td>{by !== null && `${by > 0 ? "+" : ""}${toNumber(by)}`}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
        <Text size="xs" c="dimmed">
          {differences.length === 0
            ? `Nothing differs: ${alike} entries are alike.`
            : `${alike} more are alike.`}
        </Text>
      </Stack>
    </Section>
  );
}
