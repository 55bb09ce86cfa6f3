import { Checkbox, Fieldset, NumberInput, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { put } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { CAUSES, toBody, toForm, type Rule, type RuleForm } from "./words";

/** Make or change a rule. Secrets stand in the engine's environment; the form only names the variables. */
export function AlertRuleForm({ rule, onClose }: { rule: Rule | null; onClose: () => void }) {
  const queries = useQueryClient();
  const [form, setForm] = useState(() => toForm(rule));
  const change = (more: Partial<RuleForm>) => {
    setForm((before) => ({ ...before, ...more }));
  };
  const body = toBody(form, rule);
  const save = useMutation({
    mutationFn: () => put<Rule>(`api/alert-rules/${encodeURIComponent(form.name.trim())}`, body),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["alert rules"] });
      onClose();
    },
  });
  const isReady = form.name.trim() !== "" && form.causes.length > 0 && (body.channels ?? []).length > 0;
  return (
    <Confirm
      title={rule === null ? "New alert rule" : `The rule ${rule.name}`}
      action="Keep it"
      ready={isReady}
      asking={save}
      onClose={onClose}
    >
      {rule === null && (
        <TextInput
          label="Name"
          placeholder="finance-on-call"
          required
          data-autofocus
          value={form.name}
          onChange={(event) => {
            change({ name: event.currentTarget.value });
          }}
        />
      )}
      <Checkbox.Group
        label="Tell when"
        value={[...form.causes]}
        onChange={(causes) => {
          change({ causes });
        }}
      >
        <Stack gap={6} mt={6}>
          {Object.entries(CAUSES).map(([cause, word]) => (
            <Checkbox key={cause} value={cause} label={word} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        label="Of which assets"
        placeholder="All, or a selection such as group:finance"
        value={form.assets}
        onChange={(event) => {
          change({ assets: event.currentTarget.value });
        }}
      />
      <TagsInput
        label="Of which owners"
        placeholder={form.owners.length === 0 ? "Any" : ""}
        value={[...form.owners]}
        onChange={(owners) => {
          change({ owners });
        }}
      />
      <Checkbox
        label="Warnings too: checks that warn, assets that are about to be late"
        checked={form.warnings}
        onChange={(event) => {
          change({ warnings: event.currentTarget.checked });
        }}
      />
      <Fieldset legend="Tell whom">
        <Stack gap="sm">
          <TextInput
            label="Slack"
            description="The engine's variable that holds the address of an incoming webhook"
            placeholder="SLACK_WEBHOOK_URL"
            value={form.slackVariable}
            onChange={(event) => {
              change({ slackVariable: event.currentTarget.value });
            }}
          />
          <TextInput
            label="Webhook"
            placeholder="https://example.com/alerts"
            value={form.webhookUrl}
            onChange={(event) => {
              change({ webhookUrl: event.currentTarget.value });
            }}
          />
          {form.webhookUrl !== "" && (
            <TextInput
              label="Signed with the secret in"
              placeholder="A variable of the engine; unsigned without"
              value={form.secretVariable}
              onChange={(event) => {
                change({ secretVariable: event.currentTarget.value });
              }}
            />
          )}
          <TagsInput
            label="E-mail"
            description="The engine sends it by the server in HEADWATER_SMTP_URL"
            placeholder={form.addresses.length === 0 ? "oncall@example.com" : ""}
            value={[...form.addresses]}
            onChange={(addresses) => {
              change({ addresses });
            }}
          />
          <Checkbox
            label="E-mail to the owners of the assets"
            checked={form.toOwners}
            onChange={(event) => {
              change({ toOwners: event.currentTarget.checked });
            }}
          />
        </Stack>
      </Fieldset>
      <NumberInput
        label="Failed ticks in a row before it is told"
        min={1}
        allowDecimal={false}
        value={form.failures}
        onChange={(failures) => {
          change({ failures: Number(failures) || 1 });
        }}
      />
      <NumberInput
        label="Messages to one receiver in an hour at most"
        min={1}
        allowDecimal={false}
        value={form.mostPerHour}
        onChange={(most) => {
          change({ mostPerHour: Number(most) || 1 });
        }}
      />
      <Checkbox
        label="Tell when it is over"
        checked={form.tellResolved}
        onChange={(event) => {
          change({ tellResolved: event.currentTarget.checked });
        }}
      />
      {!isReady && (
        <Text size="sm" c="dimmed">
          It needs a name, something to tell, and somebody to tell it to.
        </Text>
      )}
    </Confirm>
  );
}
