import { Alert, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Schemas } from "../../api/client";
import { automationQuery } from "../../api/queries";
import { ConditionTree } from "../../components/ConditionTree";
import { Moment } from "../../components/marks";
import { Loaded, Section } from "../../components/states";

interface Owner {
  assetKey: string;
  /** A check of the asset, whose own condition it is about. */
  check?: string | undefined;
}

/** When an asset is made, or a check carried out, by itself: whether now, why not, each part of its condition, what it asked for. */
export function ConditionStanding({ assetKey, check }: Owner) {
  const query = useQuery(automationQuery(assetKey, check));
  return (
    <Loaded query={query}>
      {(view) => (
        <Stack>
          <Alert color={view.holds ? "teal" : "gray"} title={answerOf({ assetKey, check }, view)}>
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
      )}
    </Loaded>
  );
}

/** Whether it would be made now; what stands in its way is listed below. */
function answerOf({ assetKey, check }: Owner, view: Schemas["AutomationView"]): string {
  if (view.tree === null) return view.answer;
  const what = check === undefined ? `${assetKey} is` : `${check} is`;
  const done = check === undefined ? "made" : "carried out";
  return view.holds ? `${what} to be ${done}: its condition holds` : `${what} not to be ${done} now`;
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
