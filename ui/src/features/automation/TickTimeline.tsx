import "../runs/runs.css";

import { SegmentedControl, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState, type CSSProperties } from "react";
import { Link } from "react-router";

import type { Schemas, SensorView } from "../../api/client";
import { latestTicksQuery } from "../../api/tickingQueries";
import { toDuration, toExact } from "../../components/format";
import { Section } from "../../components/states";
import { RUN_LOOKS } from "../../components/status";
import { useNow } from "../../components/useNow";
import { TimeAxis } from "../runs/TimeAxis";
import { toTickTimeline } from "./tickTimeline";

const MOST = 40;
const LEAST_SHARE = 0.003;
const SPANS = [
  { value: "600", label: "10 min" },
  { value: "3600", label: "1 h" },
  { value: "21600", label: "6 h" },
  { value: "86400", label: "1 d" },
];

/** Everything that ticks on one scale: how its ticks ended, and when the next ones are. */
export function TickTimeline({
  sensors,
  schedules,
}: {
  sensors: readonly SensorView[];
  schedules: readonly Schemas["ScheduleView"][];
}) {
  const now = useNow();
  const [span, setSpan] = useState("600");
  const all = [
    ...sensors.map((each) => ({ kind: "sensors" as const, each })),
    ...schedules.map((each) => ({ kind: "schedules" as const, each })),
  ].slice(0, MOST);
  const ticks = useQueries({
    queries: all.map(({ kind, each }) => latestTicksQuery(kind, each.name)),
    combine: (results) => results.map((result) => result.data?.items ?? []),
  });
  if (all.length === 0) return null;
  const timeline = toTickTimeline(
    all.map(({ kind, each }, place) => ({
      name: each.name,
      path: `/${kind}/${encodeURIComponent(each.name)}`,
      ticks: ticks[place] ?? [],
      next: each.running ? each.next_tick_at : null,
    })),
    now,
    Number(span),
  );
  const percent = (share: number) => `${(share * 100).toFixed(3)}%`;
  return (
    <Section
      title="Ticks"
      aside={
        <SegmentedControl size="xs" aria-label="Time shown" data={SPANS} value={span} onChange={setSpan} />
      }
    >
      <div className="hw-timeline" role="group" aria-label="Ticks of all sensors and schedules">
        {timeline.lines.map((line) => (
          <div key={line.path} className="hw-timeline-line">
            <Link className="hw-link hw-cell" to={line.path} title={line.name}>
              <Text size="sm" truncate>
                {line.name}
              </Text>
            </Link>
            <div>
              {line.bars.map(({ tick, from, to }) => (
                <span
                  key={tick.tick_id}
                  className="hw-bar"
                  role="img"
                  aria-label={titleOf(tick)}
                  title={titleOf(tick)}
                  style={
                    {
                      "--hw-tone": `var(--hw-${RUN_LOOKS[tick.status]?.tone ?? "idle"})`,
                      opacity: tick.status === "skipped" ? 0.45 : 1,
                      left: percent(from),
                      width: percent(Math.max(LEAST_SHARE, to - from)),
                    } as CSSProperties
                  }
                />
              ))}
              {line.next !== null && (
                <span
                  className="hw-next-tick"
                  role="img"
                  aria-label="The next tick"
                  title="The next tick"
                  style={{ left: percent(line.next) }}
                />
              )}
              <span className="hw-now" aria-hidden="true" style={{ left: percent(timeline.now) }} />
            </div>
          </div>
        ))}
        <TimeAxis begin={timeline.begin} end={timeline.end} />
      </div>
      {sensors.length + schedules.length > MOST && (
        <Text size="xs" c="dimmed">
          and {sensors.length + schedules.length - MOST} more below
        </Text>
      )}
    </Section>
  );
}

function titleOf(tick: Schemas["TickView"]): string {
  const label = RUN_LOOKS[tick.status]?.label ?? tick.status;
  return `${label}, ${toExact(tick.started_at)}, ${toDuration(Math.max(0, tick.ended_at - tick.started_at))}`;
}
