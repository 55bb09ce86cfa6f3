import { Alert, Checkbox, Modal, NumberInput, Stack, Text, TextInput, Button, Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { post, type Schemas } from "../../api/client";
import { SECRET_SHOWN } from "../../api/queries";
import { Confirm } from "../../components/Confirm";
import { CopyBlock } from "../../components/CopyBlock";

type Scope = Schemas["Scope"];

const SCOPES: readonly { value: Scope; label: string }[] = [
  { value: "report", label: "report: tell of assets" },
  { value: "read", label: "read: see everything" },
  { value: "operate", label: "operate: make assets, switch sensors, correct" },
  { value: "admin", label: "admin: tokens, people, the audit log" },
];

/** Make a token; its secret is shown once. */
export function NewToken({ isFirst, onClose }: { isFirst: boolean; onClose: () => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(isFirst ? SCOPES.map((scope) => scope.value) : ["report"]);
  const [selection, setSelection] = useState("");
  const [days, setDays] = useState<number | string>("");
  const create = useMutation({
    mutationFn: () =>
      post<Schemas["NewTokenView"]>("api/tokens", {
        name: name.trim(),
        scopes,
        selection: selection.trim() || null,
        expires_in_days: typeof days === "number" ? days : null,
      }),
  });
  if (create.data) return <Secret made={create.data} onClose={onClose} />;
  return (
    <Confirm
      title="New token"
      action="Make it"
      ready={name.trim() !== "" && scopes.length > 0}
      asking={create}
      onClose={onClose}
    >
      {isFirst && (
        <Alert color="yellow" title="The first token">
          From then on everybody needs one, you too. Keep this one and sign in with it.
        </Alert>
      )}
      <TextInput
        label="Name"
        placeholder="The system that it is for, such as airflow"
        required
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Checkbox.Group label="It may" value={scopes} onChange={setScopes}>
        <Stack gap={6} mt={6}>
          {SCOPES.map((scope) => (
            <Checkbox key={scope.value} value={scope.value} label={scope.label} />
          ))}
        </Stack>
      </Checkbox.Group>
      <TextInput
        label="For which assets"
        placeholder="All, or a selection such as group:finance"
        value={selection}
        onChange={(event) => {
          setSelection(event.currentTarget.value);
        }}
      />
      <NumberInput
        label="Days until it expires"
        placeholder="Never"
        min={1}
        allowDecimal={false}
        value={days}
        onChange={setDays}
      />
    </Confirm>
  );
}

function Secret({ made, onClose }: { made: Schemas["NewTokenView"]; onClose: () => void }) {
  const queries = useQueryClient();
  // With the first token every answer asks to sign in; that has to wait until the secret was seen.
  useEffect(() => {
    queries.setQueryData(SECRET_SHOWN, true);
    return () => {
      queries.setQueryData(SECRET_SHOWN, false);
    };
  }, [queries]);
  const close = () => {
    onClose();
    queries.setQueryData(SECRET_SHOWN, false);
    void queries.invalidateQueries();
  };
  return (
    <Modal
      opened
      onClose={close}
      title={`The token ${made.token.name}`}
      centered
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack>
        <Text size="sm">This is its secret. It is shown now and never again; only its hash is kept.</Text>
        <CopyBlock text={made.secret} />
        <Group justify="flex-end">
          <Button onClick={close}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
