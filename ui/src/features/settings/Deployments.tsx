import {
  Button,
  Code,
  List,
  Modal,
  Stack,
  Table,
  Text,
  TextInput,
  Group,
  VisuallyHidden,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, remove, type DeploymentView, type Schemas } from "../../api/client";
import { deploymentsQuery } from "../../api/settingsQueries";
import { Confirm } from "../../components/Confirm";
import { CopyBlock } from "../../components/CopyBlock";
import { OperateButton } from "../../components/OperateButton";
import { Loaded, Section } from "../../components/states";

type Entry = Schemas["DeploymentEntry"];

/** Each with a store, code and tokens of its own on this one server; made and removed from the default one. */
export function Deployments({ current }: { current: DeploymentView }) {
  const query = useQuery(deploymentsQuery);
  const [making, form] = useDisclosure(false);
  const [removing, setRemoving] = useState<Entry | null>(null);
  const isDefault = current.name === "default";
  return (
    <Section
      title="Deployments"
      aside={
        isDefault && (
          <OperateButton scope="admin" size="xs" onClick={form.open}>
            New deployment
          </OperateButton>
        )
      }
    >
      <Text size="sm" c="dimmed" mb="sm">
        Several teams or stages on one server: each has its own store, code, people and tokens, at its own
        path. Which code one runs, an operator says in a shell on the server&apos;s machine:{" "}
        <Code>headwater deployment code NAME definitions.py</Code>; an engine loads it when it starts.
        {!isDefault && " Admins of the default one make and remove them."}
      </Text>
      <Loaded query={query} rows={2}>
        {({ items }) => (
          <Table.ScrollContainer minWidth={420} type="native" tabIndex={0}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th>Address</Table.Th>
                  <Table.Th>
                    <VisuallyHidden>Remove</VisuallyHidden>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map((entry) => (
                  <Table.Tr key={entry.name}>
                    <Table.Td>
                      <Text size="sm" fw={550}>
                        {entry.name}
                      </Text>
                      {entry.name === current.name && (
                        <Text size="xs" c="dimmed">
                          this one
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td>
                      {entry.name === current.name ? (
                        <Code>{entry.path}</Code>
                      ) : (
                        <a href={entry.path}>{entry.path}</a>
                      )}
                    </Table.Td>
                    <Table.Td ta="right">
                      {isDefault && entry.name !== "default" && (
                        <OperateButton
                          scope="admin"
                          size="compact-xs"
                          variant="default"
                          aria-label={`Remove ${entry.name}`}
                          onClick={() => {
                            setRemoving(entry);
                          }}
                        >
                          Remove…
                        </OperateButton>
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Loaded>
      {making && <NewDeployment onClose={form.close} />}
      {removing && (
        <RemoveDeployment
          entry={removing}
          onClose={() => {
            setRemoving(null);
          }}
        />
      )}
    </Section>
  );
}

function NewDeployment({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () => post<Schemas["NewDeploymentView"]>("api/deployments", { name: name.trim() }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["deployments"] }),
  });
  if (create.data) return <FirstToken made={create.data} onClose={onClose} />;
  return (
    <Confirm
      title="New deployment"
      action="Make it"
      ready={name.trim() !== ""}
      asking={create}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        description="Small letters, digits, - and _; it stands in its address"
        placeholder="staging"
        required
        data-autofocus
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
        }}
      />
      <Text size="sm">
        It begins empty, with a store of its own, and demands a token from the start. Its first one is shown
        once it is made.
      </Text>
    </Confirm>
  );
}

function FirstToken({ made, onClose }: { made: Schemas["NewDeploymentView"]; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The deployment ${made.name}`}
      centered
      closeOnClickOutside={false}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      <Stack>
        <Text size="sm">
          This token is its admin&apos;s. It is shown now and never again. Sign in with it at{" "}
          <a href={made.path}>{made.path}</a>, and make others there.
        </Text>
        <CopyBlock text={made.token} />
        <Text size="sm">
          It has no code yet: it takes reports of external assets, and native ones come with code. In a shell
          where the server&apos;s home is; then start the engine (or <Code>headwater dev</Code>) again:
        </Text>
        <CopyBlock text={`headwater deployment code ${made.name} definitions.py`} />
        <Group justify="flex-end">
          <Button onClick={onClose}>I have kept it</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function RemoveDeployment({ entry, onClose }: { entry: Entry; onClose: () => void }) {
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const ask = useMutation({
    mutationFn: () => remove(`api/deployments/${encodeURIComponent(entry.name)}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["deployments"] });
      onClose();
    },
  });
  return (
    <Confirm
      title={`Remove ${entry.name}?`}
      action="Remove it"
      danger
      ready={typed === entry.name}
      asking={ask}
      onClose={onClose}
    >
      <List size="sm">
        <List.Item>It is served no more: whoever reports to {entry.path} is refused from now on.</List.Item>
        <List.Item>Its sensors and schedules stop, its tokens let nobody in.</List.Item>
        <List.Item>
          Its folder is put aside in the server&apos;s home, not deleted; an operator can put it back there.
        </List.Item>
      </List>
      <TextInput
        label={`Type ${entry.name} to go on`}
        data-autofocus
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
        }}
      />
    </Confirm>
  );
}
