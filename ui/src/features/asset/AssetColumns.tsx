import { Group, Stack, Table, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";

import type { AssetDetail, Schemas } from "../../api/client";
import { columnsQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { Loaded, Section } from "../../components/states";
import { WideTable } from "../../components/WideTable";
import { columnsOf } from "./columns";

/** The columns of an asset, and where the chosen one comes from and goes to. */
export function AssetColumns({ detail }: { detail: AssetDetail }) {
  const [parameters, setParameters] = useSearchParams();
  const chosen = parameters.get("column");
  return (
    <Stack>
      <Section title="Columns">
        <WideTable minWidth={480} heads={["Column", "Type", "Description"]}>
          {columnsOf(detail).map((column) => (
            <Table.Tr key={column.name} {...(column.name === chosen ? { bg: "var(--hw-code)" } : {})}>
              <Table.Td>
                <UnstyledButton
                  ff="monospace"
                  fz="sm"
                  td="underline"
                  mih={24}
                  aria-pressed={column.name === chosen}
                  onClick={() => {
                    setParameters((before) => {
                      before.set("column", column.name);
                      return before;
                    });
                  }}
                >
                  {column.name}
                </UnstyledButton>
              </Table.Td>
              <Table.Td>{column.type}</Table.Td>
              <Table.Td c="dimmed">{column.description}</Table.Td>
            </Table.Tr>
          ))}
        </WideTable>
      </Section>
      {chosen === null ? (
        <Text size="sm" c="dimmed">
          Choose a column to see what it is made from and what is made from it.
        </Text>
      ) : (
        <ColumnLineage assetKey={detail.asset.key} column={chosen} />
      )}
    </Stack>
  );
}

function ColumnLineage({ assetKey, column }: { assetKey: string; column: string }) {
  const query = useQuery(columnsQuery(assetKey, column));
  return (
    <Section title={`Lineage of ${column}`}>
      <Loaded query={query}>
        {(graph) => {
          const up = graph.columns.filter((each) => each.depth < 0);
          const down = graph.columns.filter((each) => each.depth > 0);
          if (up.length + down.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                Nobody told where it comes from. The metadata <code>dagster/column_lineage</code> of a
                materialization, or OpenLineage, does.
              </Text>
            );
          }
          return (
            <Stack>
              <Columns title={`Made from ${plural(up.length, "column")}`} columns={up} />
              <Columns title={`${plural(down.length, "column")} made from it`} columns={down} />
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Columns({ title, columns }: { title: string; columns: readonly Schemas["ColumnRef"][] }) {
  if (columns.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {title}
      </Text>
      <Stack gap={2}>
        {columns.map((each) => (
          <Group key={`${each.asset_key} ${each.column}`} gap={8}>
            <Text size="xs" c="dimmed" w={64}>
              {plural(Math.abs(each.depth), "step")}
            </Text>
            <AssetLink assetKey={each.asset_key} />
            <Text size="sm" ff="monospace">
              {each.column}
            </Text>
          </Group>
        ))}
      </Stack>
    </div>
  );
}
