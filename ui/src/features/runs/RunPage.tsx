import { Alert, Button, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "react-router";

import { post, type RunDetail } from "../../api/client";
import { hasEnded, runEventsQuery, runQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { toDuration, toExact } from "../../components/format";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { ErrorBox, Loaded, Section } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { RetryButton } from "./RetryButton";
import { RunCompare } from "./RunCompare";
import { RunLog } from "./RunLog";
import { partitionText, RunCause } from "./RunTable";
import { StepTimeline } from "./StepTimeline";

/** One run: how it went, step by step, and what it said. */
export function RunPage() {
  const { runId = "" } = useParams();
  const query = useQuery(runQuery(runId));
  return <Loaded query={query}>{(detail) => <RunView detail={detail} />}</Loaded>;
}

function RunView({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            Run {run.run_id.slice(0, 8)}
          </Title>
          <Group gap="md" mt={6}>
            <Mark look={RUN_LOOKS[run.status] as Look} />
            <Text size="sm" c="dimmed">
              requested <Moment at={run.created_at} />
              {run.started_at !== null &&
                run.ended_at !== null &&
                `, took ${toDuration(run.ended_at - run.started_at)}`}
              {run.attempt > 1 && `, attempt ${run.attempt}`}
            </Text>
          </Group>
        </div>
        {hasEnded(run) ? <RetryButton detail={detail} /> : <CancelButton runId={run.run_id} />}
      </Group>
      {run.waiting_for && (
        <Alert color="gray" title={`Place ${run.queue_position ?? ""} in the queue`}>
          Waits for {run.waiting_for}.
        </Alert>
      )}
      {run.error && <ErrorBox error={run.error} title="Why it failed" />}
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Section title="Steps">
            <StepTimeline detail={detail} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Section title="What and why">
            <Stack gap="xs">
              <RunCause run={run} />
              <Group gap={8}>
                {run.assets.map((key) => (
                  <AssetLink key={key} assetKey={key} />
                ))}
              </Group>
              {partitionText(run) !== null && <Text size="sm">Partition {partitionText(run)}</Text>}
              <Text size="xs" c="dimmed">
                {toExact(run.created_at)} · {run.location}
              </Text>
            </Stack>
          </Section>
        </Grid.Col>
      </Grid>
      <Section title="Log">
        <RunLog key={run.run_id} run={run} />
      </Section>
      <RunCompare detail={detail} />
      <Section title="Events">
        <RunEvents runId={run.run_id} />
      </Section>
    </Stack>
  );
}

function RunEvents({ runId }: { runId: string }) {
  const query = useQuery(runEventsQuery(runId));
  return <Loaded query={query}>{(page) => <EventList events={page.items} />}</Loaded>;
}

function CancelButton({ runId }: { runId: string }) {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => post(`api/runs/${runId}/cancel`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["run", runId] }),
  });
  return (
    <Stack gap={4} align="flex-end">
      <Button
        color="red"
        variant="light"
        loading={cancel.isPending}
        onClick={() => {
          cancel.mutate();
        }}
      >
        Cancel the run
      </Button>
      {cancel.error && <Alert color="red">{cancel.error.message}</Alert>}
    </Stack>
  );
}
