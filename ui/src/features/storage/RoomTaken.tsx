import { Button, Grid, Group, Stack, Table, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { storageQuery } from "../../api/storageQueries";
import { plural, toNumber } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { Empty, Loaded, Section } from "../../components/states";
import { toSize } from "./words";

const FIRST_ASSETS = 20;
const FIRST_TABLES = 12;

/** How much room the store takes, and what of it. */
export function RoomTaken() {
  const [exact, setExact] = useState(false);
  const query = useQuery({ ...storageQuery(exact), placeholderData: keepPreviousData });
  return (
    <Section title="What takes room">
      <Loaded query={query}>
        {({ bytes_on_disk, free_bytes, tables, assets }) => (
          <Stack>
            <Group justify="space-between" gap="xs">
              <Text size="sm">
                The store takes {toSize(bytes_on_disk)}
                {free_bytes > 0 && `, of which ${toSize(free_bytes)} are free for what comes`}.
              </Text>
              {tables.some((table) => table.is_estimate) && (
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={query.isFetching}
                  onClick={() => {
                    setExact(true);
                  }}
                >
                  Count exactly
                </Button>
              )}
            </Group>
            <Grid>
              <Grid.Col span={{ base: 12, md: 6 }}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Asset</Table.Th>
                      <Table.Th ta="right">Events</Table.Th>
                      <Table.Th ta="right">About</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {assets.slice(0, FIRST_ASSETS).map((asset) => (
                      <Table.Tr key={asset.asset}>
                        <Table.Td style={{ overflowWrap: "anywhere" }}>
                          <AssetLink assetKey={asset.asset} />
                        </Table.Td>
                        <Table.Td ta="right">
                          {toNumber(asset.events)}
                          {asset.dropped > 0 && (
                            <Text size="xs" c="dimmed">
                              {toNumber(asset.dropped)} dropped
                            </Text>
                          )}
                        </Table.Td>
                        <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                          {toSize(asset.about_bytes)}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
                {assets.length === 0 && <Empty title="No events of assets yet" />}
                {assets.length > FIRST_ASSETS && (
                  <Text size="xs" c="dimmed" mt="xs">
                    and {plural(assets.length - FIRST_ASSETS, "smaller asset")}
                  </Text>
                )}
              </Grid.Col>
              <Grid.Col span={{ base: 12, md: 6 }}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>Table</Table.Th>
                      <Table.Th ta="right">Rows</Table.Th>
                      <Table.Th ta="right">Room</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {tables.slice(0, FIRST_TABLES).map((table) => (
                      <Table.Tr key={table.table}>
                        <Table.Td>{table.table}</Table.Td>
                        <Table.Td ta="right">
                          {table.is_estimate && "about "}
                          {toNumber(table.rows)}
                        </Table.Td>
                        <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
                          {table.bytes_on_disk === null ? "–" : toSize(table.bytes_on_disk)}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
                {tables.length > FIRST_TABLES && (
                  <Text size="xs" c="dimmed" mt="xs">
                    and {plural(tables.length - FIRST_TABLES, "smaller table")}
                  </Text>
                )}
              </Grid.Col>
            </Grid>
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
