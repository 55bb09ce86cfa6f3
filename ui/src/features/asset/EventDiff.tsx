import { Group, Select, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";

import type { EventView, MetadataEntry } from "../../api/client";
import { Breakable } from "../../components/Breakable";
import { toExact } from "../../components/format";
import { MetadataView } from "../../components/metadata";
import { Section } from "../../components/states";
import { WideTable } from "../../components/WideTable";
import { changeOf, compare } from "./diff";

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
          <WideTable minWidth={520} heads={["Entry", "From", "To", "Change"]}>
            {differences.map((each) => (
              <Table.Tr key={each.name} style={{ verticalAlign: "top", overflowWrap: "anywhere" }}>
                <Table.Td fw={500}>
                  <Breakable text={each.name} />
                </Table.Td>
                <Table.Td>
                  <Value entry={each.before} />
                </Table.Td>
                <Table.Td>
                  <Value entry={each.after} />
                </Table.Td>
                <Table.Td>{changeOf(each)}</Table.Td>
              </Table.Tr>
            ))}
          </WideTable>
        )}
        {(alike > 0 || differences.length === 0) && (
          <Text size="xs" c="dimmed">
            {differences.length === 0 && "Nothing differs. "}
            {alike === 1 ? "1 entry is alike." : `${alike} entries are alike.`}
          </Text>
        )}
      </Stack>
    </Section>
  );
}

function Value({ entry }: { entry: MetadataEntry | null }) {
  return entry ? (
    <MetadataView entry={entry} />
  ) : (
    <Text size="sm" c="dimmed">
      not there
    </Text>
  );
}
