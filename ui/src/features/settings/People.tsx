import { Alert, Button, Select, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { patch, remove, type Schemas } from "../../api/client";
import { peopleQuery } from "../../api/queries";
import { Moment } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { WideTable } from "../../components/WideTable";

type Person = Schemas["PersonView"];

const ROLES = [
  { value: "", label: "As the provider says" },
  { value: "viewer", label: "Viewer" },
  { value: "operator", label: "Operator" },
  { value: "admin", label: "Admin" },
];

/** Everybody who has signed in, and what they may do. */
export function People() {
  const query = useQuery(peopleQuery);
  return (
    <Section title="People">
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nobody has signed in by name">
              Name an OpenID Connect provider in <code>settings.toml</code>, and people sign in with the
              account that they have. Tokens let in whoever holds them.
            </Empty>
          ) : (
            <WideTable minWidth={720} heads={["Person", "Role", "Seen", "Signed in", { unseen: "Access" }]}>
              {items.map((person) => (
                <Row key={person.person_id} person={person} />
              ))}
            </WideTable>
          )
        }
      </Loaded>
    </Section>
  );
}

function Row({ person }: { person: Person }) {
  const queries = useQueryClient();
  const path = `api/people/${encodeURIComponent(person.person_id)}`;
  const refresh = () => queries.invalidateQueries({ queryKey: ["people"] });
  const change = useMutation({
    mutationFn: (body: Schemas["PersonBody"]) => patch<Person>(path, body),
    onSuccess: refresh,
  });
  const signOut = useMutation({ mutationFn: () => remove(`${path}/sessions`), onSuccess: refresh });
  const error = change.error ?? signOut.error;
  return (
    <Table.Tr>
      <Table.Td>
        <Text size="sm" fw={550}>
          {person.name}
        </Text>
        <Text size="xs" c="dimmed">
          {person.email ?? person.issuer}
        </Text>
        {error && <Alert color="red">{error.message}</Alert>}
      </Table.Td>
      <Table.Td>
        <Select
          size="xs"
          aria-label={`Role of ${person.name}`}
          data={ROLES}
          allowDeselect={false}
          value={person.given_role ?? ""}
          onChange={(value) => {
            const role = (value === "" ? null : value) as Schemas["Role"] | null;
            change.mutate({ given_role: role, disabled: person.disabled });
          }}
        />
      </Table.Td>
      <Table.Td>
        <Moment at={person.seen_at} />
      </Table.Td>
      <Table.Td>
        {person.sessions === 0 ? (
          "nowhere"
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            loading={signOut.isPending}
            onClick={() => {
              signOut.mutate();
            }}
          >
            Sign out ({person.sessions})
          </Button>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-xs"
          variant="default"
          loading={change.isPending}
          onClick={() => {
            change.mutate({ given_role: person.given_role, disabled: !person.disabled });
          }}
        >
          {person.disabled ? "Let in again" : "Shut out"}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
