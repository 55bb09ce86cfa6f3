import { Alert, Button, Group, List, Stack, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { post, remove, type DeploymentView, type LocationView } from "../../api/client";
import { deploymentQuery, enginesQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { Empty, ErrorBox, Loaded, PageTitle, Section } from "../../components/states";
import type { Look } from "../../components/status";

const LOOKS: Record<string, Look> = {
  loaded: { label: "Loaded", tone: "good", meaning: "Its definitions are in force" },
  loading: { label: "Loading", tone: "busy", pulse: true, meaning: "Its definitions are being read" },
  failed: { label: "Failed", tone: "bad", meaning: "Its definitions can't be loaded" },
};

/** The deployment: its code, and who may come in. */
export function SettingsPage() {
  const query = useQuery(deploymentQuery);
  return (
    <>
      <PageTitle title="Deployment" />
      <Loaded query={query}>
        {(deployment) => (
          <Stack>
            <Section title="Code locations">
              {deployment.locations.length === 0 ? (
                <Empty title="No code">
                  This deployment only takes reports. Give it definitions with{" "}
                  <code>headwater dev definitions.py</code>.
                </Empty>
              ) : (
                <Stack>
                  {deployment.locations.map((location) => (
                    <Location key={location.name} location={location} />
                  ))}
                </Stack>
              )}
            </Section>
            <Section title="Engines">
              <Engines />
            </Section>
            <Section title="This server">
              <Server deployment={deployment} />
            </Section>
          </Stack>
        )}
      </Loaded>
    </>
  );
}

function Location({ location }: { location: LocationView }) {
  // What it came to arrives over the live stream, as definitions that changed.
  const reload = useMutation({
    mutationFn: () => post(`api/locations/${encodeURIComponent(location.name)}/reload`),
  });
  return (
    <Stack gap="xs">
      <Group gap="md">
        <Text fw={600}>{location.name}</Text>
        <Mark look={LOOKS[location.status] as Look} />
        <Text size="sm" c="dimmed">
          {plural(location.assets, "asset")}, {plural(location.sensors, "sensor")},{" "}
          {plural(location.jobs, "job")}, loaded <Moment at={location.loaded_at} />
        </Text>
        <Button
          variant="default"
          size="xs"
          loading={reload.isPending}
          onClick={() => {
            reload.mutate();
          }}
        >
          Reload
        </Button>
      </Group>
      {reload.error && <Alert color="red">{reload.error.message}</Alert>}
      {location.error && <ErrorBox error={location.error} title="Why it does not load" />}
      {location.warnings.length > 0 && (
        <Alert color="yellow" title="Warnings">
          <List size="sm">
            {location.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
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
  const facts: [string, string][] = [
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
