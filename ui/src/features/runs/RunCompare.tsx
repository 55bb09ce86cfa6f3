import { Select, Stack, Table, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import type { RunDetail } from "../../api/client";
import { runQuery, runsQuery } from "../../api/queries";
import { toDuration, toExact } from "../../components/format";
import { Section } from "../../components/states";
import { RUN_LOOKS } from "../../components/status";
import { compareSteps } from "./undone";

/** How long each step took, beside another run of the same assets. */
export function RunCompare({ detail }: { detail: RunDetail }) {
  const [parameters, setParameters] = useSearchParams();
  const wanted = parameters.get("with");
  const others = useInfiniteQuery(runsQuery(null, detail.run.assets[0] ?? null)).data;
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
            setParameters(value === null ? {} : { with: value }, { replace: true });
          }}
        />
        {other && (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Step</Table.Th>
                <Table.Th ta="right">This run</Table.Th>
                <Table.Th ta="right">The other</Table.Th>
                <Table.Th ta="right">Difference</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {compareSteps(detail, other).map(({ name, mine, other: theirs }) => (
                <Table.Tr key={name}>
                  <Table.Td style={{ overflowWrap: "anywhere" }}>{name}</Table.Td>
                  <Table.Td ta="right">{mine === null ? "–" : toDuration(mine)}</Table.Td>
                  <Table.Td ta="right">{theirs === null ? "–" : toDuration(theirs)}</Table.Td>
                  <Table.Td ta="right">
                    {mine !== null && theirs !== null && (
                      <Text
                        size="sm"
                        component="span"
                        c={mine > theirs ? "var(--hw-warn)" : "var(--hw-good)"}
                      >
                        {mine > theirs ? "+" : "−"}
                        {toDuration(Math.abs(mine - theirs))}
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Stack>
    </Section>
  );
}
