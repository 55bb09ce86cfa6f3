import { Alert, Button, Group, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, put, remove, type Schemas } from "../../api/client";
import { alertRulesQuery } from "../../api/settingsQueries";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { Mark } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { AlertRuleForm } from "./AlertRuleForm";
import { aboutText, channelText, DELIVERY_LOOKS, switched, type Rule } from "./words";

/** What is told to whom. */
export function AlertRules() {
  const query = useQuery(alertRulesQuery);
  const [edited, setEdited] = useState<Rule | "new" | null>(null);
  return (
    <Section
      title="Alert rules"
      aside={
        <Button
          size="xs"
          onClick={() => {
            setEdited("new");
          }}
        >
          New rule
        </Button>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody is told yet">
              A rule says what is told to whom: in Slack, by a webhook or by e-mail, moments after it
              happened, for external assets too. Once it is over, that is told as well.
            </Empty>
          ) : (
            items.map((rule) => (
              <RuleLine
                key={rule.name}
                rule={rule}
                onEdit={() => {
                  setEdited(rule);
                }}
              />
            ))
          )
        }
      </Loaded>
      {edited && (
        <AlertRuleForm
          rule={edited === "new" ? null : edited}
          onClose={() => {
            setEdited(null);
          }}
        />
      )}
    </Section>
  );
}

const pathOf = (rule: Rule) => `api/alert-rules/${encodeURIComponent(rule.name)}`;

function RuleLine({ rule, onEdit }: { rule: Rule; onEdit: () => void }) {
  const queries = useQueryClient();
  const [removing, setRemoving] = useState(false);
  const path = pathOf(rule);
  const change = useMutation({
    scope: { id: path },
    mutationFn: (enabled: boolean) => put<Rule>(path, switched(rule, enabled)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["alert rules"] }),
  });
  const test = useMutation({
    mutationFn: () => post<Schemas["AlertTest"]>(`${path}/test`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["alert deliveries"] }),
  });
  const error = change.error ?? test.error;
  const on = change.isPending ? change.variables : rule.enabled;
  return (
    <Stack gap={6} className="hw-line" py="sm">
      <Group justify="space-between" gap="sm">
        <Group gap="sm" style={{ flex: "1 1 240px", minWidth: 0 }}>
          <Switch
            aria-label={`${rule.name} is ${on ? "on" : "off"}`}
            checked={on}
            onChange={(event) => {
              change.mutate(event.currentTarget.checked);
            }}
          />
          <Text fw={600} style={{ overflowWrap: "anywhere" }}>
            {rule.name}
          </Text>
          {rule.open > 0 && (
            <Text size="sm" c="var(--hw-bad)">
              {rule.open} open
            </Text>
          )}
        </Group>
        <Group gap={6}>
          <Button
            size="compact-xs"
            variant="default"
            loading={test.isPending}
            aria-label={`Send a test by ${rule.name}`}
            onClick={() => {
              test.mutate();
            }}
          >
            Send a test
          </Button>
          <Button size="compact-xs" variant="default" onClick={onEdit} aria-label={`Edit ${rule.name}`}>
            Edit…
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Remove ${rule.name}`}
            onClick={() => {
              setRemoving(true);
            }}
          >
            Remove…
          </Button>
        </Group>
      </Group>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {aboutText(rule)}
      </Text>
      <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {rule.channels.map(channelText).join(" · ")}
        {!rule.tell_resolved && " · not when it is over"}
      </Text>
      {error && <Alert color="red">{error.message}</Alert>}
      {test.data && (
        <Group gap="md" role="status">
          {test.data.items.map((delivery) => (
            <Group key={delivery.delivery_id} gap={6}>
              <Mark look={DELIVERY_LOOKS[delivery.status]} />
              <Text size="sm" c="dimmed">
                {channelText(delivery.channel)}: what becomes of it stands below
              </Text>
            </Group>
          ))}
        </Group>
      )}
      {removing && (
        <RemoveRule
          rule={rule}
          onClose={() => {
            setRemoving(false);
          }}
        />
      )}
    </Stack>
  );
}

function RemoveRule({ rule, onClose }: { rule: Rule; onClose: () => void }) {
  const queries = useQueryClient();
  const ask = useMutation({
    // Not before the rule's switch is set, which would bring it back.
    scope: { id: pathOf(rule) },
    mutationFn: () => remove(pathOf(rule)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["alert rules"] });
      onClose();
    },
  });
  return (
    <Confirm title={`Remove ${rule.name}?`} action="Remove it" danger asking={ask} onClose={onClose}>
      <Text size="sm">
        Nobody is told any more of what it was about: {rule.channels.map(channelText).join(", ")}.
        {rule.open > 0 && ` ${plural(rule.open, "incident")} of it that is open will not be told to be over.`}
      </Text>
    </Confirm>
  );
}
