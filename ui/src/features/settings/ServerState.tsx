import { Button, Group, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { remove, type DeploymentView } from "../../api/client";
import { enginesQuery, healthQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import type { Look } from "../../components/status";

/** Whether this server and its engines are well. */
export function ServerState({ deployment }: { deployment: DeploymentView }) {
  return (
    <Stack>
      <Section title="Engines">
        <Engines />
      </Section>
      <Section title="This server">
        <Server deployment={deployment} />
      </Section>
    </Stack>
  );
}

const ENGINE_LOOKS = {
  alive: { label: "At work", tone: "good", meaning: "It renews its lease" },
  silent: { label: "Silent", tone: "bad", meaning: "It has not renewed its lease for half a minute" },
} satisfies Record<string, Look>;

function Engines() {
  const query = useQuery(enginesQuery);
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No engine">
            Nothing ticks and nothing is made. Start one with <code>headwater engine</code>.
          </Empty>
        ) : (
          <Stack gap="xs">
            {items.map((engine) => (
              <Group key={engine.name} gap="md">
                <Text fw={600}>{engine.name}</Text>
                <Mark look={engine.alive ? ENGINE_LOOKS.alive : ENGINE_LOOKS.silent} />
                <Text size="sm" c="dimmed">
                  {plural(engine.locations.length, "location")}, since <Moment at={engine.started_at} />
                </Text>
              </Group>
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}

function Server({ deployment }: { deployment: DeploymentView }) {
  const queries = useQueryClient();
  const signOut = useMutation({
    mutationFn: () => remove("api/session"),
    onSuccess: () => queries.invalidateQueries(),
  });
  const health = useQuery(healthQuery).data;
  const facts: [string, string][] = [
    ["Health", health === undefined ? "…" : [health.status, ...health.reasons].join("; ")],
    ["Deployment", deployment.name],
    ["Version", deployment.version],
    ["Events in the log", String(deployment.seq)],
    [
      "Tokens",
      deployment.auth_required ? "demanded" : "not demanded; the server answers on this machine only",
    ],
  ];
  return (
    <Stack align="flex-start">
      <Table layout="fixed">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w="30%" fw={500}>
                {name}
              </Table.Th>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {deployment.auth_required && (
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            signOut.mutate();
          }}
        >
          Sign out
        </Button>
      )}
    </Stack>
  );
}
