import { Button, Group, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { remove, type Schemas } from "../../api/client";
import { tokensQuery } from "../../api/queries";
import { Confirm } from "../../components/Confirm";
import { Mark, Moment } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import type { Look } from "../../components/status";
import { WideTable } from "../../components/WideTable";
import { NewToken } from "./NewToken";

type Token = Schemas["TokenView"];

const LOOKS: Record<Token["state"], Look> = {
  valid: { label: "Valid", tone: "good", meaning: "It lets its holder in" },
  expired: { label: "Expired", tone: "idle", hollow: true, meaning: "Its time is over" },
  revoked: { label: "Revoked", tone: "idle", hollow: true, meaning: "Somebody took it back" },
};

/** What lets systems and people in, and how far. */
export function Tokens({ isDemanded }: { isDemanded: boolean }) {
  const query = useQuery(tokensQuery);
  const [making, form] = useDisclosure(false);
  return (
    <Section
      title="Tokens"
      aside={
        <Button size="xs" onClick={form.open}>
          New token
        </Button>
      }
    >
      <Loaded query={query} rows={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No tokens">
              Until there is one, only this machine reaches the server, and nobody need sign in. With the
              first one, everybody does: give each system a token of its own, for the assets that it reports.
            </Empty>
          ) : (
            <List tokens={items} />
          )
        }
      </Loaded>
      {making && <NewToken isFirst={!isDemanded} onClose={form.close} />}
    </Section>
  );
}

function List({ tokens }: { tokens: readonly Token[] }) {
  const [revoking, setRevoking] = useState<Token | null>(null);
  return (
    <>
      <WideTable
        minWidth={760}
        heads={["Name", "State", "May", "Assets", "Last used", "Expires", { unseen: "Revoke" }]}
      >
        {tokens.map((token) => (
          <Table.Tr key={token.token_id}>
            <Table.Td>
              <Text size="sm" fw={550}>
                {token.name}
              </Text>
              <Text size="xs" c="dimmed">
                made <Moment at={token.created_at} />
                {token.created_by !== null && ` by ${token.created_by}`}
              </Text>
            </Table.Td>
            <Table.Td>
              <Mark look={LOOKS[token.state]} />
            </Table.Td>
            <Table.Td>{token.scopes.join(", ")}</Table.Td>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{token.selection ?? "all"}</Table.Td>
            <Table.Td>
              <Moment at={token.last_used_at} />
            </Table.Td>
            <Table.Td>
              <Moment at={token.expires_at} />
            </Table.Td>
            <Table.Td ta="right">
              {token.state === "valid" && (
                <Button
                  size="compact-xs"
                  variant="default"
                  aria-label={`Revoke ${token.name}`}
                  onClick={() => {
                    setRevoking(token);
                  }}
                >
                  Revoke…
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </WideTable>
      {revoking && (
        <Revoke
          token={revoking}
          onClose={() => {
            setRevoking(null);
          }}
        />
      )}
    </>
  );
}

function Revoke({ token, onClose }: { token: Token; onClose: () => void }) {
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => remove(`api/tokens/${encodeURIComponent(token.token_id)}`),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Confirm title="Revoke a token" action="Revoke it" danger asking={revoke} onClose={onClose}>
      <Text size="sm">
        <b>{token.name}</b> lets nobody in from now on, nor do the sessions that it opened. This can&apos;t be
        undone; a system that used it needs another one.
      </Text>
      <Group gap={6}>
        <Text size="sm" c="dimmed">
          It was last used <Moment at={token.last_used_at} />.
        </Text>
      </Group>
    </Confirm>
  );
}
