import { Alert, Button, Code, Group, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { post, type Schemas } from "../../api/client";
import { tickingPath, type TickingKind } from "../../api/tickingQueries";
import { plural } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { Section } from "../../components/states";
import { TickList } from "./TickList";

/** Evaluate a tick and keep nothing of it; what it would come to is shown. */
export function DryRun({ name, kind, cursor }: { name: string; kind: TickingKind; cursor: string | null }) {
  const [text, setText] = useState(cursor ?? "");
  const [at, setAt] = useState("");
  const run = useMutation({
    mutationFn: () =>
      post<Schemas["DryRunView"]>(
        `${tickingPath(kind, name)}/dry-run`,
        kind === "sensors"
          ? { cursor: text }
          : { scheduled_at: at === "" ? null : new Date(at).getTime() / 1000 },
      ),
  });
  return (
    <Section title="Try a tick">
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          Its function runs for real, in a worker of its own, but nothing that it says is kept: no event, no
          run, no cursor.
        </Text>
        <Group align="flex-end" gap="sm">
          {kind === "sensors" ? (
            <Textarea
              label="From the cursor"
              placeholder="None"
              size="xs"
              autosize
              maxRows={6}
              style={{ flex: "1 1 260px" }}
              value={text}
              onChange={(event) => {
                setText(event.currentTarget.value);
              }}
            />
          ) : (
            <TextInput
              type="datetime-local"
              label="As if it were scheduled at"
              size="xs"
              value={at}
              onChange={(event) => {
                setAt(event.currentTarget.value);
              }}
            />
          )}
          <Button
            size="xs"
            variant="default"
            loading={run.isPending}
            onClick={() => {
              run.mutate();
            }}
          >
            Try it
          </Button>
        </Group>
        {run.error && <Alert color="red">{run.error.message}</Alert>}
        {run.data && <Result found={run.data} />}
      </Stack>
    </Section>
  );
}

function Result({ found }: { found: Schemas["DryRunView"] }) {
  return (
    <Stack gap="xs" role="status">
      <Text size="sm" fw={600}>
        It would record {plural(found.events.length, "event")} and request {plural(found.runs.length, "run")}.
      </Text>
      <TickList ticks={[found.tick]} />
      {found.tick.cursor !== null && (
        <Text size="sm">
          Cursor after it: <Code style={{ overflowWrap: "anywhere" }}>{found.tick.cursor}</Code>
        </Text>
      )}
      {found.events.map((event, place) => (
        <div key={place}>
          {event.kind} of <AssetLink assetKey={event.asset_key} />
          {event.partition !== null && ` · ${event.partition}`}
          {event.data_version !== null && ` · version ${event.data_version}`}
        </div>
      ))}
      {found.tick.partitions.map((change) => (
        <Text key={change.name} size="sm">
          Partitions of {change.name}: {plural(change.added.length, "key")} added, {change.deleted.length}{" "}
          deleted
        </Text>
      ))}
      {found.runs.map((run, place) => (
        <Text key={place} size="sm">
          Run of {run.assets.join(", ")}
          {run.partitions.length > 0 && ` · ${run.partitions.join(", ")}`}
        </Text>
      ))}
    </Stack>
  );
}
