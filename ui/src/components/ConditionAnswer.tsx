import { Alert, Group, List, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import type { Schemas } from "../api/client";
import { ConditionTree } from "./ConditionTree";
import { Moment } from "./marks";
import { Section } from "./states";

/** Whether something that has a condition is to be made now, why not, each part of the condition, and what it asked for. */
export function ConditionAnswer({
  view,
  what,
  done,
}: {
  view: Schemas["AutomationView"];
  /** What has the condition. */
  what: string;
  /** What becomes of it: made, carried out, run. */
  done: string;
}) {
  return (
    <Stack>
      <Alert color={view.holds ? "teal" : "gray"} title={answerOf(view, what, done)}>
        {view.reasons.length > 0 && (
          <List size="sm">
            {view.reasons.map((reason) => (
              <List.Item key={reason}>{reason}</List.Item>
            ))}
          </List>
        )}
      </Alert>
      {view.tree && (
        <Section title="Condition">
          <ConditionTree node={view.tree} />
        </Section>
      )}
      <Section title="What it asked for">
        <Evaluations evaluations={view.evaluations} />
      </Section>
    </Stack>
  );
}

/** Whether it would be made now; what stands in its way is listed below. */
function answerOf(view: Schemas["AutomationView"], what: string, done: string): string {
  if (view.tree === null) return view.answer;
  return view.holds ? `${what} is to be ${done}: its condition holds` : `${what} is not to be ${done} now`;
}

function Evaluations({ evaluations }: { evaluations: readonly Schemas["EvaluationView"][] }) {
  if (evaluations.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing yet. It is evaluated as soon as something that it depends on happens.
      </Text>
    );
  }
  return (
    <Stack gap={0}>
      {evaluations.map((each) => (
        <div key={each.evaluation_id} className="hw-line">
          <Group gap="sm" justify="space-between">
            <Group gap="sm">
              {each.run_ids.map((run) => (
                <Link key={run} to={`/runs/${run}`}>
                  run {run.slice(0, 8)}
                </Link>
              ))}
              <Text size="sm">{each.reasons.join("; ")}</Text>
            </Group>
            <Text size="xs" c="dimmed">
              <Moment at={each.timestamp} />
            </Text>
          </Group>
          {each.tree && (
            <details>
              <summary>The condition as it stood then</summary>
              <ConditionTree node={each.tree} />
            </details>
          )}
        </div>
      ))}
    </Stack>
  );
}
