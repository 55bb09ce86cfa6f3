import { Alert, Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link } from "react-router";

import type { Schemas, SensorView } from "../../api/client";
import { ticksQuery, type TickingKind } from "../../api/tickingQueries";
import { ForOperators } from "../../components/ForOperators";
import { ChoiceFilter } from "../../components/filters";
import { plural } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { Markdown } from "../../components/Markdown";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, Section } from "../../components/states";
import { usePageTitle } from "../../components/usePageTitle";
import { useAddressFields } from "../../components/useAddressFields";
import { DryRun } from "./DryRun";
import { TickingSwitch } from "./TickingSwitch";
import { TickList } from "./TickList";
import { TickStrip } from "./TickStrip";
import { useTickingChange } from "./useTickingChange";

const STATUSES = [
  { value: "", label: "All" },
  { value: "success", label: "Success" },
  { value: "skipped", label: "Skipped" },
  { value: "failure", label: "Failed" },
];
const CAUSES: Record<TickingKind, string> = { sensors: "sensor", schedules: "schedule" };

/** One sensor or schedule: its switch, how it stands, a tick on trial, its ticks. */
export function TickingPage({
  kind,
  item,
  cursor = null,
  facts,
  children,
}: {
  kind: TickingKind;
  item: SensorView | Schemas["ScheduleView"];
  cursor?: string | null;
  /** How it stands, one fact a line. */
  facts: readonly (readonly [name: string, value: ReactNode])[];
  /** What only one of the kinds has. */
  children?: ReactNode;
}) {
  const change = useTickingChange(kind, item.name);
  usePageTitle(item.name);
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div style={{ minWidth: 0, flex: "1 1 280px" }}>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {item.name}
          </Title>
          {item.description && (
            <Text size="sm" c="dimmed" mt={4} component="div">
              <Markdown source={item.description} />
            </Text>
          )}
        </div>
        <Group>
          <TickingSwitch kind={kind} name={item.name} running={item.running} labelled />
          <ForOperators>
            <Button
              variant="default"
              loading={change.isPending}
              onClick={() => {
                change.mutate("tick");
              }}
            >
              Tick now
            </Button>
          </ForOperators>
        </Group>
      </Group>
      {change.error && <Alert color="red">{change.error.message}</Alert>}
      {item.running !== item.running_by_default && (
        <Alert color="gray">
          <Group gap="sm">
            <Text size="sm">
              Somebody switched it {item.running ? "on" : "off"}; its code says{" "}
              {item.running_by_default ? "on" : "off"}.
            </Text>
            <ForOperators quiet>
              <Button
                size="compact-xs"
                variant="default"
                onClick={() => {
                  change.mutate("reset");
                }}
              >
                Leave it to its code
              </Button>
            </ForOperators>
          </Group>
        </Alert>
      )}
      {item.failures > 1 && (
        <Alert color="red" title={`${plural(item.failures, "tick")} in a row failed`}>
          It is tried again after a pause that grows. What went wrong stands with its ticks below.
        </Alert>
      )}
      <Section
        title="How it stands"
        aside={
          <Text size="sm">
            <Link to={`/runs?cause=${CAUSES[kind]}&by=${encodeURIComponent(item.name)}`}>
              Runs that it asked for
            </Link>
          </Text>
        }
      >
        <Table layout="fixed">
          <Table.Tbody>
            {facts.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th w="26%" fw={500}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Section>
      {children}
      <ForOperators quiet>
        <DryRun key={item.name} name={item.name} kind={kind} cursor={cursor} />
      </ForOperators>
      <Ticks kind={kind} name={item.name} />
    </Stack>
  );
}

function Ticks({ kind, name }: { kind: TickingKind; name: string }) {
  const { fields, set } = useAddressFields();
  const status = fields.get("ticks");
  const ticks = useInfiniteQuery(ticksQuery(kind, name, status));
  return (
    <Section
      title="Ticks"
      aside={
        <ChoiceFilter
          label="How they ended"
          choices={STATUSES}
          value={status ?? ""}
          onChange={(value) => {
            set({ ticks: value });
          }}
        />
      }
    >
      <Loaded query={ticks}>
        {(pages) => {
          const items = pages.pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return status === null ? (
              <Empty title="It has not ticked yet">
                While it is on, it ticks by itself; “Tick now” does not wait for that.
              </Empty>
            ) : (
              <Empty title="No such ticks">None of those that are kept ended so.</Empty>
            );
          }
          return (
            <>
              <TickStrip ticks={items} />
              <HeldList items={items} idOf={(tick) => tick.tick_id} noun="tick">
                {(shown) => <TickList ticks={shown} />}
              </HeldList>
              <MoreButton query={ticks} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
