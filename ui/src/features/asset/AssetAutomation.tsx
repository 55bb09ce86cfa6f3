import { Alert, Badge, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AssetDetail, Schemas } from "../../api/client";
import { automationQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { Loaded, Section } from "../../components/states";
import type { Look } from "../../components/status";

type Node = Schemas["ConditionNode"];

const HOLDS: Look = { label: "Holds", tone: "good", meaning: "It is true now" };
const NOT: Look = { label: "Does not hold", tone: "idle", hollow: true, meaning: "It is not true now" };
const DEPS_SHOWN = 6;

/** When the asset is made by itself: whether it would be now, why not, each part of its condition, what it asked for. */
export function AssetAutomation({ detail }: { detail: AssetDetail }) {
  const query = useQuery(automationQuery(detail.asset.key));
  return (
    <Loaded query={query}>
      {(view) => (
        <Stack>
          <Alert color={view.holds ? "teal" : "gray"} title={view.answer}>
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
              <Part node={view.tree} />
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

/** A part of a condition with what it says now; its own parts stand indented below it. */
function Part({ node }: { node: Node }) {
  return (
    <div className="hw-condition">
      <Group gap="sm" className="hw-line">
        <Mark bare look={node.holds ? HOLDS : NOT} />
        <Text size="sm" {...(node.parts.length > 0 ? { fw: 600 } : {})} style={{ overflowWrap: "anywhere" }}>
          {node.label ?? node.text}
        </Text>
        {node.partitions > 1 && (
          <Badge size="sm" variant="default">
            {plural(node.partitions, "partition")}
          </Badge>
        )}
        {node.seq !== null && node.seq > 0 && (
          <Text size="xs" c="dimmed">
            since event {node.seq}
          </Text>
        )}
        {node.deps.slice(0, DEPS_SHOWN).map((dep) => (
          <span key={dep.key}>
            <AssetLink assetKey={dep.key} size="xs" />
            {dep.seq !== null && (
              <Text component="span" size="xs" c="dimmed">
                {" "}
                event {dep.seq}
              </Text>
            )}
          </span>
        ))}
        {node.deps.length > DEPS_SHOWN && (
          <Text size="xs" c="dimmed">
            and {node.deps.length - DEPS_SHOWN} more
          </Text>
        )}
      </Group>
      {node.parts.length > 0 && (
        <div className="hw-condition-parts">
          {node.parts.map((part, place) => (
            <Part key={place} node={part} />
          ))}
        </div>
      )}
    </div>
  );
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
              <Part node={each.tree} />
            </details>
          )}
        </div>
      ))}
    </Stack>
  );
}
