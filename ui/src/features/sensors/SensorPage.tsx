import { Alert, Button, Code, Group, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { SensorView } from "../../api/client";
import { sensorQuery, ticksQuery } from "../../api/queries";
import { CodePlace } from "../../components/CodePlace";
import { CopyIcon } from "../../components/CopyBlock";
import { AssetLink, Moment } from "../../components/marks";
import { Markdown } from "../../components/Markdown";
import { HeldList } from "../../components/HeldList";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, Section } from "../../components/states";
import { CursorButton } from "./CursorButton";
import { DryRun } from "./DryRun";
import { TickList } from "./TickList";
import { TickStrip } from "./TickStrip";
import { useSwitch } from "./useSwitch";

/** One sensor: its cursor, its ticks, its switch. */
export function SensorPage() {
  const { name = "" } = useParams();
  const query = useQuery(sensorQuery(name));
  return <Loaded query={query}>{(sensor) => <SensorBody sensor={sensor} />}</Loaded>;
}

function SensorBody({ sensor }: { sensor: SensorView }) {
  const change = useSwitch(sensor.name);
  const ticks = useInfiniteQuery(ticksQuery(sensor.name));
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0, flex: "1 1 280px" }}>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {sensor.name}
          </Title>
          {sensor.description && (
            <Text size="sm" c="dimmed" mt={4} component="div">
              <Markdown source={sensor.description} />
            </Text>
          )}
        </div>
        <Group>
          <Switch
            label={sensor.running ? "On" : "Off"}
            checked={sensor.running}
            disabled={change.isPending}
            onChange={(event) => {
              change.mutate(event.currentTarget.checked ? "start" : "stop");
            }}
          />
          <Button
            variant="default"
            onClick={() => {
              change.mutate("tick");
            }}
          >
            Tick now
          </Button>
        </Group>
      </Group>
      {change.error && <Alert color="red">{change.error.message}</Alert>}
      <Section title="State">
        <Facts sensor={sensor} />
      </Section>
      <DryRun key={sensor.name} name={sensor.name} kind="sensors" cursor={sensor.cursor} />
      <Section title="Ticks">
        <Loaded query={ticks}>
          {(pages) => {
            const items = pages.pages.flatMap((page) => page.items);
            if (items.length === 0)
              return <Empty title="It has not ticked yet">Switch it on, or let it tick now.</Empty>;
            return (
              <>
                <TickStrip ticks={items} />
                <HeldList items={items} idOf={(tick) => tick.tick_id} noun="tick">
                  {(shown) => <TickList ticks={shown} />}
                </HeldList>
                <MoreButton query={ticks} />
              </>
            );
          }}
        </Loaded>
      </Section>
    </Stack>
  );
}

function Facts({ sensor }: { sensor: SensorView }) {
  return (
    <Table layout="fixed">
      <Table.Tbody>
        <Table.Tr>
          <Table.Th w="26%" fw={500}>
            Interval
          </Table.Th>
          <Table.Td>every {sensor.minimum_interval} s at most</Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th fw={500}>Last tick</Table.Th>
          <Table.Td>
            <Moment at={sensor.last_tick?.ended_at} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th fw={500}>Next tick</Table.Th>
          <Table.Td>
            <Moment
              at={sensor.next_tick_at}
              fallback={sensor.running ? "when it is called" : "none, it is off"}
            />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th fw={500}>Cursor</Table.Th>
          <Table.Td>
            {sensor.cursor === null ? (
              <Text c="dimmed">none yet</Text>
            ) : (
              <Group gap={6} wrap="nowrap" align="flex-start">
                <Code block tabIndex={0} style={{ maxHeight: 140, flex: 1 }}>
                  {readable(sensor.cursor)}
                </Code>
                <CopyIcon text={sensor.cursor} />
              </Group>
            )}
            <CursorButton sensor={sensor} />
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th fw={500}>Reports</Table.Th>
          <Table.Td>
            {sensor.reports.length === 0 ? (
              <Text c="dimmed">nothing so far</Text>
            ) : (
              <Group gap={10}>
                {sensor.reports.map((key) => (
                  <AssetLink key={key} assetKey={key} />
                ))}
              </Group>
            )}
          </Table.Td>
        </Table.Tr>
        <Table.Tr>
          <Table.Th fw={500}>Defined in</Table.Th>
          <Table.Td style={{ overflowWrap: "anywhere" }}>
            {sensor.source ? <CodePlace source={sensor.source} /> : "–"}
          </Table.Td>
        </Table.Tr>
      </Table.Tbody>
    </Table>
  );
}

/** A cursor that is JSON, over several lines. */
function readable(cursor: string): string {
  try {
    return JSON.stringify(JSON.parse(cursor), null, 2);
  } catch {
    return cursor;
  }
}
