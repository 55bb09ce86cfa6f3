import { Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import type { TickView } from "../../api/client";
import { plural, toClock, toDuration } from "../../components/format";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { ErrorBox } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { foldAlike } from "./fold";

/** Ticks, the last first: what each came to. */
export function TickList({ ticks }: { ticks: readonly TickView[] }) {
  return (
    <Stack gap={0}>
      {foldAlike(ticks).map(({ tick, count, since }) => (
        <div
          key={tick.tick_id}
          style={{ padding: "9px 0", borderBottom: "1px solid var(--mantine-color-default-border)" }}
        >
          <Group justify="space-between" gap="sm" align="flex-start">
            <Group gap="sm" style={{ minWidth: 0 }}>
              <Mark look={RUN_LOOKS[tick.status] as Look} />
              <Came tick={tick} />
              {count > 1 && (
                <Text size="xs" c="dimmed">
                  {count} ticks alike, the first <Moment at={since} />
                </Text>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              <Moment at={tick.ended_at} /> · {toDuration(tick.ended_at - tick.started_at)}
            </Text>
          </Group>
          {tick.error && (
            <div style={{ marginTop: 8 }}>
              <ErrorBox error={tick.error} />
            </div>
          )}
          {tick.log.length > 0 && (
            <div className="hw-log" style={{ marginTop: 6 }}>
              {tick.log.map((line, number) => (
                <div key={number}>
                  <Text component="span" inherit c="dimmed">
                    {line.timestamp === null ? "" : toClock(line.timestamp)} {line.level}{" "}
                  </Text>
                  {line.text}
                </div>
              ))}
            </div>
          )}
        </div>
      ))}
    </Stack>
  );
}

function Came({ tick }: { tick: TickView }) {
  if (tick.skip_message !== null) {
    return (
      <Text size="sm" c="dimmed">
        {tick.skip_message}
      </Text>
    );
  }
  return (
    <Group gap={8}>
      {tick.events.length > 0 && <Text size="sm">{plural(tick.events.length, "event")} of</Text>}
      {tick.event_assets.map((key) => (
        <AssetLink key={key} assetKey={key} />
      ))}
      {tick.run_ids.map((runId) => (
        <Link key={runId} to={`/runs/${runId}`}>
          run {runId.slice(0, 8)}
        </Link>
      ))}
    </Group>
  );
}
