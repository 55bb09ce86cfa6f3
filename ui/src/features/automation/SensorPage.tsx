import { Code, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { SensorView } from "../../api/client";
import { sensorQuery } from "../../api/tickingQueries";
import { CodePlace } from "../../components/CodePlace";
import { CopyIcon } from "../../components/CopyBlock";
import { ForOperators } from "../../components/ForOperators";
import { AssetLink, Moment } from "../../components/marks";
import { Loaded } from "../../components/states";
import { CursorButtons } from "./CursorButtons";
import { SensorState } from "./SensorState";
import { TickingPage } from "./TickingPage";
import { callsText, readable } from "./words";

/** One sensor: its cursor, what it keeps, its ticks, its switch. */
export function SensorPage() {
  const { name = "" } = useParams();
  const query = useQuery(sensorQuery(name));
  return (
    <Loaded query={query} title={name} others={{ path: "/sensors", name: "all sensors" }}>
      {(sensor) => (
        <TickingPage kind="sensors" item={sensor} cursor={sensor.cursor} facts={factsOf(sensor)}>
          {sensor.values > 0 && <SensorState sensor={sensor} />}
        </TickingPage>
      )}
    </Loaded>
  );
}

function factsOf(sensor: SensorView) {
  return [
    ["Called", callsText(sensor)],
    ...(sensor.watches === null ? [] : [["Watches", <Assets keys={sensor.watches} />] as const]),
    ["Last tick", <Moment at={sensor.last_tick?.ended_at} />],
    [
      "Next tick",
      <Moment at={sensor.next_tick_at} fallback={sensor.running ? "when it is called" : "none, it is off"} />,
    ],
    ["Cursor", <Cursor sensor={sensor} />],
    ["Reports", <Assets keys={sensor.reports} />],
    ["May request", [...sensor.jobs, ...(sensor.targets ?? [])].join(", ") || "what its function asks for"],
    ["Defined in", sensor.source ? <CodePlace source={sensor.source} /> : "–"],
  ] as const;
}

function Assets({ keys }: { keys: readonly string[] }) {
  if (keys.length === 0)
    return (
      <Text size="sm" c="dimmed">
        nothing so far
      </Text>
    );
  return (
    <Group gap={10}>
      {keys.map((key) => (
        <AssetLink key={key} assetKey={key} />
      ))}
    </Group>
  );
}

function Cursor({ sensor }: { sensor: SensorView }) {
  return (
    <>
      {sensor.cursor === null ? (
        <Text size="sm" c="dimmed">
          none yet
        </Text>
      ) : (
        <Group gap={6} wrap="nowrap" align="flex-start">
          <Code block tabIndex={0} style={{ maxHeight: 140, flex: 1 }}>
            {readable(sensor.cursor)}
          </Code>
          <CopyIcon text={sensor.cursor} />
        </Group>
      )}
      <ForOperators quiet>
        <CursorButtons sensor={sensor} />
      </ForOperators>
    </>
  );
}
