import { Group, Stack, Text, Tooltip } from "@mantine/core";

import type { RunDetail, StepView } from "../../api/client";
import { toDuration } from "../../components/format";
import { Mark } from "../../components/marks";
import { ErrorBox } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { useNow } from "../../components/useNow";

/** The steps of a run as bars over its time. */
export function StepTimeline({ detail }: { detail: RunDetail }) {
  const now = useNow();
  const start = detail.run.started_at ?? detail.run.created_at;
  const end = detail.run.ended_at ?? Math.max(now, start + 0.001);
  if (detail.steps.length === 0) return <Text c="dimmed">No step has begun yet.</Text>;
  return (
    <Stack gap={8}>
      {detail.steps.map((step) => (
        <div key={step.name}>
          <Group gap="sm" wrap="nowrap">
            <Group gap={8} wrap="nowrap" w="38%" miw={120}>
              <Mark bare look={RUN_LOOKS[step.status] as Look} />
              <Text size="sm" truncate title={step.name}>
                {step.name}
              </Text>
            </Group>
            <Bar step={step} start={start} end={end} />
            <Text size="xs" c="dimmed" w={64} ta="right">
              {lengthText(step)}
            </Text>
          </Group>
          {step.error && step.status !== "skipped" && (
            <div style={{ marginTop: 6 }}>
              <ErrorBox error={step.error} />
            </div>
          )}
        </div>
      ))}
    </Stack>
  );
}

function Bar({ step, start, end }: { step: StepView; start: number; end: number }) {
  const look = RUN_LOOKS[step.status] as Look;
  const whole = Math.max(end - start, 0.001);
  const left = Math.max(0, ((step.started_at ?? start) - start) / whole) * 100;
  const width = Math.max(0.8, (((step.ended_at ?? end) - (step.started_at ?? start)) / whole) * 100);
  return (
    <div
      style={{
        flex: 1,
        height: 14,
        position: "relative",
        background: "var(--mantine-color-default-hover)",
        borderRadius: 4,
      }}
    >
      <Tooltip label={step.progress?.text ?? look.label}>
        <div
          style={{
            position: "absolute",
            left: `${Math.min(left, 99)}%`,
            width: `${Math.min(width, 100 - Math.min(left, 99))}%`,
            height: "100%",
            borderRadius: 4,
            background: `var(--hw-${look.tone})`,
          }}
        />
      </Tooltip>
    </div>
  );
}

/** How long a step took; of one under way how far it says that it is, or how long it took lately. */
function lengthText(step: StepView): string {
  const took = length(step);
  if (took !== null) return toDuration(took);
  if (step.status !== "started") return "";
  if (step.progress?.share != null) return `${Math.floor(step.progress.share * 100)} %`;
  return step.expected_seconds == null ? "" : `of ${toDuration(step.expected_seconds)}`;
}

function length(step: StepView): number | null {
  if (step.started_at === null || step.ended_at === null || step.status === "skipped") return null;
  return step.ended_at - step.started_at;
}
