import { Code, Group, Paper, Switch, Text } from "@mantine/core";
import { Link } from "react-router";

import type { Schemas } from "../../api/client";
import { Mark, Moment } from "../../components/marks";
import { RUN_LOOKS, type Look } from "../../components/status";
import { useSwitch } from "./useSwitch";

/** One schedule: when it fires, whether it is on, what its last tick came to. */
export function ScheduleCard({ schedule }: { schedule: Schemas["ScheduleView"] }) {
  const change = useSwitch(schedule.name, "schedules");
  const tick = schedule.last_tick;
  return (
    <Paper p="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Link className="hw-link" to={`/schedules/${encodeURIComponent(schedule.name)}`}>
            <Text fw={600}>{schedule.name}</Text>
          </Link>
          {schedule.description && (
            <Text size="sm" c="dimmed" lineClamp={2}>
              {schedule.description}
            </Text>
          )}
          <Group gap="md" mt={8}>
            <Text size="sm" c="dimmed" component="div">
              <Code>{schedule.cron_schedule.join(", ")}</Code> {schedule.execution_timezone}
            </Text>
            {schedule.running && schedule.next_tick_at !== null && (
              <Text size="sm" c="dimmed">
                next <Moment at={schedule.next_tick_at} />
              </Text>
            )}
            {tick && (
              <Group gap={8}>
                <Mark look={RUN_LOOKS[tick.status] as Look} />
                <Text size="sm" c="dimmed">
                  <Moment at={tick.ended_at} />
                </Text>
              </Group>
            )}
          </Group>
        </div>
        <Switch
          checked={schedule.running}
          disabled={change.isPending}
          aria-label={`${schedule.name} is ${schedule.running ? "on" : "off"}`}
          onChange={(event) => {
            change.mutate(event.currentTarget.checked ? "start" : "stop");
          }}
        />
      </Group>
    </Paper>
  );
}
