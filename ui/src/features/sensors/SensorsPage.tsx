import { Group, Paper, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { SensorView } from "../../api/client";
import { sensorsQuery } from "../../api/queries";
import { Markdown } from "../../components/Markdown";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { useSwitch } from "./useSwitch";

/** Every sensor, whether it is on, and what its last tick came to. */
export function SensorsPage() {
  const query = useQuery(sensorsQuery);
  return (
    <>
      <PageTitle title="Sensors" />
      <Loaded query={query}>
        {(list) =>
          list.items.length === 0 ? (
            <Empty title="No sensors">
              A sensor polls an outside system and reports what it finds. Decorate a function with{" "}
              <code>@hw.sensor</code>.
            </Empty>
          ) : (
            <Stack gap="sm">
              {list.items.map((sensor) => (
                <SensorCard key={sensor.name} sensor={sensor} />
              ))}
            </Stack>
          )
        }
      </Loaded>
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
