import { Badge, Group, Stack, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";

import type { AssetDetail } from "../../api/client";
import { Section } from "../../components/states";
import { KINDS } from "../../components/status";
import { tagTexts } from "../../components/tags";
import { CodePlace } from "../../components/CodePlace";
import { DefinitionHistory } from "./DefinitionHistory";
import { HowToReport } from "./HowToReport";

/** What the definition says, and where it stands. */
export function AssetDefinition({ detail }: { detail: AssetDetail }) {
  const { asset, source, partitions } = detail;
  const facts: [string, ReactNode][] = [
    ["Kind", `${KINDS[asset.kind].label}: ${KINDS[asset.kind].meaning.toLowerCase()}`],
    ["Group", asset.group],
    ["Owners", asset.owners.join(", ")],
    ["Kinds", chips(asset.kinds)],
    ["Tags", chips(tagTexts(asset))],
    ["Made when", detail.condition],
    [
      "Partitions",
      partitions &&
        `${partitions.type}, ${partitions.total} from ${partitions.first ?? "–"} to ${partitions.last ?? "–"}`,
    ],
    ["Code version", detail.code_version],
    ["Code location", asset.location],
    ["Defined in", source && <CodePlace source={source} />],
  ];
  return (
    <Stack>
      <Section title="Definition">
        <Table layout="fixed">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w="28%" fw={500}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{value ?? <Text c="dimmed">–</Text>}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
      <DefinitionHistory assetKey={asset.key} />
      {detail.report_path !== null && <HowToReport detail={detail} path={detail.report_path} />}
    </Stack>
  );
}

function chips(names: readonly string[]): ReactNode {
  if (names.length === 0) return null;
  return (
    <Group gap={6}>
      {names.map((name) => (
        <Badge key={name} variant="light" color="gray">
          {name}
        </Badge>
      ))}
    </Group>
  );
}
