import "./automation.css";

import { Badge, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Schemas, SensorView } from "../../api/client";
import type { TickingKind } from "../../api/tickingQueries";
import { plural } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { plainText } from "../../components/plainText";
import { RUN_LOOKS, type Look } from "../../components/status";
import { callsText, cronText } from "./words";
import { TickingSwitch } from "./TickingSwitch";

/** One sensor: when it is called, what its last tick came to, whether it is on. */
export function SensorRow({ sensor }: { sensor: SensorView }) {
  return (
    <TickingRow kind="sensors" item={sensor}>
      {callsText(sensor)}
    </TickingRow>
  );
}

/** One schedule: when it fires, what its last tick came to, whether it is on. */
export function ScheduleRow({ schedule }: { schedule: Schemas["ScheduleView"] }) {
  return (
    <TickingRow kind="schedules" item={schedule}>
      {cronText(schedule)}
    </TickingRow>
  );
}

function TickingRow({
  kind,
  item,
  children,
}: {
  kind: TickingKind;
  item: SensorView | Schemas["ScheduleView"];
  /** When it ticks, in words. */
  children: ReactNode;
}) {
  const tick = item.last_tick;
  return (
    <div role="row" className="hw-row hw-ticking-row">
      <span role="cell" data-part="name" className="hw-cell">
        <Link className="hw-link" to={`/${kind}/${encodeURIComponent(item.name)}`}>
          <Text size="sm" fw={600} truncate>
            {item.name}
          </Text>
        </Link>
        {item.description && (
          <Text size="xs" c="dimmed" truncate>
            {plainText(item.description)}
          </Text>
        )}
      </span>
      <span role="cell" data-part="calls" className="hw-cell">
        <Text size="sm" c="dimmed" truncate>
          {children}
        </Text>
      </span>
      <span role="cell" data-part="last">
        {tick === null ? (
          <Text size="sm" c="dimmed">
            No tick yet
          </Text>
        ) : (
          <>
            <Mark look={RUN_LOOKS[tick.status] as Look} />
            {item.failures > 1 && (
              <Badge size="sm" variant="outline" color="var(--hw-bad)" ml={8}>
                {plural(item.failures, "failure")} in a row
              </Badge>
            )}
            <Text size="xs" c="dimmed" truncate>
              <Moment at={tick.ended_at} />
              {tick.skip_message !== null && `: ${tick.skip_message}`}
              {tick.error && `: ${tick.error.message}`}
            </Text>
          </>
        )}
      </span>
      <span role="cell" data-part="next">
        <Text size="sm" c="dimmed">
          {!item.running ? (
            "off"
          ) : item.next_tick_at === null ? (
            "when called"
          ) : (
            <Moment at={item.next_tick_at} />
          )}
        </Text>
      </span>
      <span role="cell" data-part="switch">
        <TickingSwitch kind={kind} name={item.name} running={item.running} />
      </span>
    </div>
  );
}
