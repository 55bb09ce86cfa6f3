import { Button, Group, SegmentedControl, Table, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";

import type { Schemas } from "../../api/client";
import { auditQuery, verdictQuery } from "../../api/queries";
import { toExact } from "../../components/format";
import { MoreButton } from "../../components/MoreButton";
import { SearchField } from "../../components/SearchField";
import { Empty, Loaded, Section } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { WideTable } from "../../components/WideTable";

const OUTCOMES = [
  { value: "", label: "All" },
  { value: "allowed", label: "Allowed" },
  { value: "refused", label: "Refused" },
];

/** Who changed what, and who was refused; the address holds what is looked for. */
export function AuditLog() {
  const { fields, set } = useAddressFields();
  const outcome = fields.get("outcome") ?? "";
  const actor = fields.get("actor") ?? "";
  const query = useInfiniteQuery(auditQuery(actor || null, outcome || null));
  return (
    <Section title="Audit log" aside={<Verdict />}>
      <Group mb="sm" gap="sm" className="hw-no-print">
        <SegmentedControl
          size="xs"
          aria-label="Outcome"
          data={OUTCOMES}
          value={outcome}
          onChange={(value) => {
            set({ outcome: value });
          }}
        />
        <SearchField
          size="xs"
          aria-label="Who"
          placeholder="Who, in full"
          text={actor}
          onSearch={(text) => {
            set({ actor: text });
          }}
        />
      </Group>
      <Loaded query={query} rows={6}>
        {(pages) => {
          const entries = pages.pages.flatMap((page) => page.items);
          if (entries.length === 0)
            return <Empty title="No entries">Each refused call and each change is written down here.</Empty>;
          return (
            <>
              <Entries entries={entries} />
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function Entries({ entries }: { entries: readonly Schemas["AuditEntryView"][] }) {
  return (
    <WideTable minWidth={760} heads={["When", "Who", "What", "Of what", "Outcome"]}>
      {entries.map((entry) => (
        <Table.Tr key={entry.seq}>
          <Table.Td style={{ whiteSpace: "nowrap" }}>{toExact(entry.at)}</Table.Td>
          <Table.Td miw={120} style={{ overflowWrap: "anywhere" }}>
            {entry.actor}
          </Table.Td>
          <Table.Td>{entry.action}</Table.Td>
          <Table.Td style={{ overflowWrap: "anywhere" }}>
            {entry.target}
            {entry.detail && (
              <Text size="xs" c="dimmed">
                {entry.detail}
              </Text>
            )}
          </Table.Td>
          <Table.Td c={entry.outcome === "refused" ? "var(--hw-bad)" : "inherit"}>{entry.outcome}</Table.Td>
        </Table.Tr>
      ))}
    </WideTable>
  );
}

/** Whether nobody has tampered with the log: each entry holds the hash of the one before. */
function Verdict() {
  const verdict = useQuery({ ...verdictQuery, enabled: false });
  if (!verdict.data) {
    return (
      <Button size="xs" variant="default" loading={verdict.isFetching} onClick={() => void verdict.refetch()}>
        Check that it is whole
      </Button>
    );
  }
  const { whole, entries, problems } = verdict.data;
  return (
    <Text size="sm" c={whole ? "var(--hw-good)" : "var(--hw-bad)"} role="status">
      {whole ? `Whole: ${entries} ${entries === 1 ? "entry" : "entries"}` : problems.join("; ")}
    </Text>
  );
}
