import { Group, Paper, Stack, Switch, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { SensorView } from "../../api/client";
import { schedulesQuery, sensorsQuery } from "../../api/queries";
import { Markdown } from "../../components/Markdown";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { ScheduleCard } from "./ScheduleCard";
import { TickTimeline } from "./TickTimeline";
import { useSwitch } from "./useSwitch";

/** Everything that ticks by itself: whether it is on, what its last ticks came to, when the next one is. */
export function SensorsPage() {
  const sensors = useQuery(sensorsQuery);
  const schedules = useQuery(schedulesQuery);
  return (
    <>
      <PageTitle title="Automation" />
      <Stack>
        <TickTimeline sensors={sensors.data?.items ?? []} schedules={schedules.data?.items ?? []} />
        <Title order={2} size="h5">
          Sensors
        </Title>
        <Loaded query={sensors}>
          {(list) =>
            list.items.length === 0 ? (
              <Empty title="No sensors">
                A sensor polls an outside system and reports what it finds. Decorate a function with{" "}
                <code>@hw.sensor</code>.
              </Empty>
            ) : (
              list.items.map((sensor) => <SensorCard key={sensor.name} sensor={sensor} />)
            )
          }
        </Loaded>
        <Title order={2} size="h5">
          Schedules
        </Title>
        <Loaded query={schedules} rows={2}>
          {(list) =>
            list.items.length === 0 ? (
              <Empty title="No schedules">
                A schedule requests runs at set times: <code>hw.ScheduleDefinition</code>, or a function under{" "}
                <code>@hw.schedule</code>.
              </Empty>
            ) : (
              list.items.map((schedule) => <ScheduleCard key={schedule.name} schedule={schedule} />)
            )
          }
        </Loaded>
      </Stack>
    </>
  );
}

function SensorCard({ sensor }: { sensor: SensorView }) {
  const change = useSwitch(sensor.name);
  const tick = sensor.last_tick;
  return (
    <Paper p="md">
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <div style={{ minWidth: 0 }}>
          <Link className="hw-link" to={`/sensors/${encodeURIComponent(sensor.name)}`}>
            <Text fw={600}>{sensor.name}</Text>
          </Link>
          {sensor.description && (
            <Text size="sm" c="dimmed" lineClamp={2} component="div">
              <Markdown source={sensor.description} />
            </Text>
          )}
          <Group gap="md" mt={8}>
            <Text size="sm" c="dimmed">
              every {sensor.minimum_interval} s
            </Text>
            {sensor.running && sensor.next_tick_at !== null && (
              <Text size="sm" c="dimmed">
                next <Moment at={sensor.next_tick_at} />
              </Text>
            )}
            {tick && (
              <Group gap={8}>
                <Mark look={RUN_LOOKS[tick.status] as Look} />
                <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                  <Moment at={tick.ended_at} />
                  {tick.skip_message !== null && `: ${tick.skip_message}`}
                  {tick.error && `: ${tick.error.message}`}
                </Text>
              </Group>
            )}
          </Group>
          {sensor.reports.length > 0 && (
            <Group gap={8} mt={6}>
              <Text size="sm" c="dimmed">
                reports
              </Text>
              {sensor.reports.slice(0, 5).map((key) => (
                <AssetLink key={key} assetKey={key} />
              ))}
            </Group>
          )}
        </div>
        <Switch
          checked={sensor.running}
          disabled={change.isPending}
          aria-label={`${sensor.name} is ${sensor.running ? "on" : "off"}`}
          onChange={(event) => {
            change.mutate(event.currentTarget.checked ? "start" : "stop");
          }}
        />
      </Group>
    </Paper>
  );
}
