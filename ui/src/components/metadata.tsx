import { Anchor, Badge, Code, ScrollArea, Table, Text } from "@mantine/core";

import type { MetadataEntry } from "../api/client";
import { Breakable } from "./Breakable";
import { toExact, toNumber } from "./format";
import { Markdown } from "./Markdown";
import { AssetLink } from "./marks";

interface Column {
  name: string;
  type?: string;
  description?: string | null;
  constraints?: { nullable?: boolean; unique?: boolean } | null;
}

interface Reference {
  url?: string;
  file?: string;
  line?: number | null;
  label?: string | null;
}

/** These need the whole width, and stand last. */
const WIDE = new Set(["table", "table_schema", "json", "column_lineage"]);

/** Metadata by name, one entry a line; tables and schemas get their own form. */
export function MetadataTable({ entries }: { entries: Record<string, MetadataEntry> }) {
  const isWide = (name: string) => Number(WIDE.has(entries[name]?.type ?? ""));
  const names = Object.keys(entries).sort((a, b) => isWide(a) - isWide(b) || a.localeCompare(b));
  if (names.length === 0) return <Text c="dimmed">No metadata.</Text>;
  return (
    <Table layout="fixed" verticalSpacing={6}>
      <Table.Tbody>
        {names.map((name) => {
          const entry = entries[name];
          if (!entry) return null;
          return WIDE.has(entry.type) ? (
            <Table.Tr key={name}>
              <Table.Td colSpan={2}>
                <Text size="sm" fw={500} mb={6}>
                  {name}
                </Text>
                <MetadataView entry={entry} />
              </Table.Td>
            </Table.Tr>
          ) : (
            <Table.Tr key={name}>
              <Table.Th w="34%" fw={500} style={{ verticalAlign: "top", overflowWrap: "anywhere" }}>
                <Breakable text={name} />
              </Table.Th>
              <Table.Td style={{ overflowWrap: "anywhere" }}>
                <MetadataView entry={entry} />
              </Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

export function MetadataView({ entry }: { entry: MetadataEntry }) {
  const { type, value } = entry;
  if (type === "int" || type === "float")
    return <span>{typeof value === "number" ? toNumber(value) : text(value)}</span>;
  if (type === "timestamp" && typeof value === "number") return <span>{toExact(value)}</span>;
  if (type === "url" && typeof value === "string" && /^https?:/.test(value)) {
    return (
      <Anchor href={value} target="_blank" rel="noreferrer" size="sm">
        {value}
      </Anchor>
    );
  }
  if (type === "code_references") return <CodeReferences references={value as Reference[]} />;
  if (type === "path" || type === "notebook") return <Code>{text(value)}</Code>;
  if (type === "md") return <Markdown source={text(value)} />;
  if (type === "asset") return <AssetLink assetKey={text(value)} />;
  if (type === "table_schema") return <SchemaTable columns={(value as { columns: Column[] }).columns} />;
  if (type === "table")
    return <RecordsTable records={(value as { records: Record<string, unknown>[] }).records} />;
  if (type === "column_lineage") return <ColumnLineageTable value={value} />;
  if (type === "json" || type === "job")
    return (
      <Code block tabIndex={0}>
        {JSON.stringify(value, null, 2)}
      </Code>
    );
  if (type === "null") return <Text c="dimmed">null</Text>;
  return <span>{text(value)}</span>;
}

export function SchemaTable({ columns }: { columns: readonly Column[] }) {
  const described = columns.some((column) => column.description);
  return (
    <Table.ScrollContainer minWidth={0} type="native" tabIndex={0}>
      <Table layout="auto" verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Type</Table.Th>
            {described && <Table.Th>Description</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map((column) => (
            <Table.Tr key={column.name}>
              <Table.Td ff="monospace">{column.name}</Table.Td>
              <Table.Td>
                {column.type}
                {column.constraints?.nullable === false && (
                  <Badge ml={6} size="xs" variant="light">
                    not null
                  </Badge>
                )}
                {column.constraints?.unique === true && (
                  <Badge ml={6} size="xs" variant="light">
                    unique
                  </Badge>
                )}
              </Table.Td>
              {described && <Table.Td c="dimmed">{column.description}</Table.Td>}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface ColumnDep {
  asset_key: string;
  column_name: string;
}

/** Which columns each column is made from. */
function ColumnLineageTable({ value }: { value: unknown }) {
  const deps = (value as { deps_by_column?: Record<string, ColumnDep[]> } | null)?.deps_by_column ?? {};
  return (
    <Table.ScrollContainer minWidth={0} type="native" tabIndex={0}>
      <Table layout="auto" verticalSpacing={4} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th>Made from</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {Object.entries(deps).map(([column, above]) => (
            <Table.Tr key={column}>
              <Table.Td ff="monospace" style={{ verticalAlign: "top" }}>
                {column}
              </Table.Td>
              <Table.Td>
                {above.map((each) => (
                  <div key={`${each.asset_key} ${each.column_name}`}>
                    <AssetLink assetKey={each.asset_key} />{" "}
                    <Text component="span" size="sm" ff="monospace">
                      {each.column_name}
                    </Text>
                  </div>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

export function RecordsTable({ records }: { records: readonly Record<string, unknown>[] }) {
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  return (
    <ScrollArea type="auto" viewportProps={{ tabIndex: 0 }}>
      <Table layout="auto" verticalSpacing={4} withTableBorder striped style={{ whiteSpace: "nowrap" }}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {records.map((record, row) => (
            <Table.Tr key={row}>
              {columns.map((column) => (
                <Table.Td key={column} ta={typeof record[column] === "number" ? "right" : undefined}>
                  {text(record[column])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}

function text(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Where the code of an asset stands: links to its host, and files of the machine that has the definitions. */
function CodeReferences({ references }: { references: readonly Reference[] }) {
  return (
    <>
      {references.map((each) =>
        each.url && /^https?:/.test(each.url) ? (
          <Anchor key={each.url} href={each.url} target="_blank" rel="noreferrer" size="sm" display="block">
            {each.label ?? each.url}
          </Anchor>
        ) : (
          <Code key={each.file} display="block">
            {each.label ?? each.file}
            {each.line ? `:${each.line}` : ""}
          </Code>
        ),
      )}
    </>
  );
}
