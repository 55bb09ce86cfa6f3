import { Select, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { RunDetail } from "../../api/client";
import { runQuery, runsQuery } from "../../api/queries";
import { toDuration, toExact } from "../../components/format";
import { Section } from "../../components/states";
import { RUN_LOOKS } from "../../components/status";
import { useAddressFields } from "../../components/useAddressFields";
import { compareFacts, compareSteps, type StepPair } from "./compare";

/** The run beside another one of the same assets. */
export function RunCompare({ detail }: { detail: RunDetail }) {
  const { fields, set } = useAddressFields();
  const wanted = fields.get("with");
  const others = useInfiniteQuery(runsQuery({ asset: detail.run.assets[0] })).data;
  const runs = (others?.pages ?? [])
    .flatMap((page) => page.items)
    .filter((run) => run.run_id !== detail.run.run_id);
  const other = useQuery({ ...runQuery(wanted ?? ""), enabled: wanted !== null }).data;
  if (runs.length === 0) return null;
  return (
    <Section title="Compare">
      <Stack gap="sm">
        <Select
          aria-label="With another run"
          placeholder="With another run of the same assets"
          size="xs"
          searchable
          clearable
          value={wanted}
          data={runs.map((run) => ({
            value: run.run_id,
            label: `${toExact(run.created_at)} · ${RUN_LOOKS[run.status]?.label ?? run.status}`,
          }))}
          onChange={(value) => {
            set({ with: value });
          }}
        />
        {other && <SideBySide mine={detail} other={other} />}
      </Stack>
    </Section>
  );
}

/** Two runs: what differs in how they were asked for, and how long each step took. */
function SideBySide({ mine, other }: { mine: RunDetail; other: RunDetail }) {
  return (
    <Table.ScrollContainer minWidth={480} type="native" tabIndex={0}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <VisuallyHidden>What</VisuallyHidden>
            </Table.Th>
            <Table.Th ta="right">This run</Table.Th>
            <Table.Th ta="right">
              <Link to={`/runs/${other.run.run_id}`}>The other</Link>
            </Table.Th>
            <Table.Th ta="right">Difference</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {compareFacts(mine, other).map((fact) => (
            <Table.Tr key={fact.name}>
              <Table.Th fw={500}>{fact.name}</Table.Th>
              <Table.Td ta="right" style={{ overflowWrap: "anywhere" }}>
                {fact.mine}
              </Table.Td>
              <Table.Td ta="right" style={{ overflowWrap: "anywhere" }}>
                {fact.other}
              </Table.Td>
              <Table.Td />
            </Table.Tr>
          ))}
          {compareSteps(mine, other).map((pair) => (
            <StepRow key={pair.name} pair={pair} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function StepRow({ pair }: { pair: StepPair }) {
  const { name, mine, other } = pair;
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
      <Table.Td ta="right">{mine === null ? "–" : toDuration(mine)}</Table.Td>
      <Table.Td ta="right">{other === null ? "–" : toDuration(other)}</Table.Td>
      <Table.Td ta="right">
        {mine !== null && other !== null && (
          <Text size="sm" component="span" c={mine > other ? "var(--hw-warn)" : "var(--hw-good)"}>
            {mine > other ? "+" : "−"}
            {toDuration(Math.abs(mine - other))}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
