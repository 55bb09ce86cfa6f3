import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { definitionHistoryQuery } from "../../api/queries";
import { Moment } from "../../components/marks";
import { Loaded, Section } from "../../components/states";
import { codeVersionOf } from "./versionMarks";

/** When the definition changed, and in what. */
export function DefinitionHistory({ assetKey }: { assetKey: string }) {
  const query = useQuery(definitionHistoryQuery(assetKey));
  return (
    <Section title="History of the definition">
      <Loaded query={query} rows={2}>
        {(history) =>
          history.items.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nobody defined it; it is known from what others say of it.
            </Text>
          ) : (
            <Stack gap={0}>
              {history.items.map((version) => (
                <div key={version.seq} className="hw-line">
                  <Text size="sm">{toWords(version)}</Text>
                  <Text size="xs" c="dimmed">
                    <Moment at={version.since} /> in {version.location} (event {version.seq})
                  </Text>
                </div>
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function toWords(version: Schemas["DefinitionVersion"]): string {
  const code = codeVersionOf(version);
  const at = code === null ? "" : `, code version ${code}`;
  if (version.definition === null) return "Removed from the code";
  if (version.changed.length === 0) return `Defined${at}`;
  const fields = version.changed.map((field) => field.replaceAll("_", " ")).join(", ");
  return `Changed: ${fields}${version.changed.includes("code_version") ? at : ""}`;
}
