import { Alert, Button, Code, Group, Stack, Switch, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { Schemas } from "../../api/client";
import { scheduleQuery, scheduleTicksQuery } from "../../api/queries";
import { CodePlace } from "../../components/CodePlace";
import { toExact } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { Moment } from "../../components/marks";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, Section } from "../../components/states";
import { DryRun } from "./DryRun";
import { TickList } from "./TickList";
import { TickStrip } from "./TickStrip";
import { useSwitch } from "./useSwitch";

/** One schedule: when it fires, its ticks, its switch. */
export function SchedulePage() {
  const { name = "" } = useParams();
  const query = useQuery(scheduleQuery(name));
  return <Loaded query={query}>{(schedule) => <Body schedule={schedule} />}</Loaded>;
}

function Body({ schedule }: { schedule: Schemas["ScheduleView"] }) {
  const change = useSwitch(schedule.name, "schedules");
  const ticks = useInfiniteQuery(scheduleTicksQuery(schedule.name));
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0, flex: "1 1 280px" }}>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {schedule.name}
          </Title>
          {schedule.description && (
            <Text size="sm" c="dimmed" mt={4}>
              {schedule.description}
            </Text>
          )}
        </div>
        <Group>
          <Switch
            label={schedule.running ? "On" : "Off"}
            checked={schedule.running}
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
      <Section title="When">
        <Table layout="fixed">
          <Table.Tbody>
            <Table.Tr>
              <Table.Th w="26%" fw={500}>
                Cron
              </Table.Th>
              <Table.Td>
                <Code>{schedule.cron_schedule.join(", ")}</Code> in {schedule.execution_timezone}
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th fw={500}>Last tick</Table.Th>
              <Table.Td>
                <Moment at={schedule.last_tick?.ended_at} />
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th fw={500}>Next</Table.Th>
              <Table.Td>
                {schedule.next_times.length === 0
                  ? "none, it is off"
                  : schedule.next_times.map((moment) => <div key={moment}>{toExact(moment)}</div>)}
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th fw={500}>Makes</Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                {[...schedule.jobs, ...(schedule.targets ?? [])].join(", ") || "what its function asks for"}
              </Table.Td>
            </Table.Tr>
            <Table.Tr>
              <Table.Th fw={500}>Defined in</Table.Th>
              <Table.Td>{schedule.source ? <CodePlace source={schedule.source} /> : "–"}</Table.Td>
            </Table.Tr>
          </Table.Tbody>
        </Table>
      </Section>
      <DryRun key={schedule.name} name={schedule.name} kind="schedules" cursor={null} />
      <Section title="Ticks">
        <Loaded query={ticks}>
          {(pages) => {
            const items = pages.pages.flatMap((page) => page.items);
            if (items.length === 0)
              return <Empty title="It has not ticked yet">Its first time stands above.</Empty>;
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
