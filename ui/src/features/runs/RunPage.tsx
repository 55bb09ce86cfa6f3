import { Alert, Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "react-router";

import type { RunDetail } from "../../api/client";
import { hasEnded, runQuery } from "../../api/queries";
import { ForOperators } from "../../components/ForOperators";
import { toDuration } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { ErrorBox, Loaded, Section } from "../../components/states";
import { RUN_LOOKS, type Look } from "../../components/status";
import { usePageTitle } from "../../components/usePageTitle";
import { CancelButton } from "./CancelButton";
import { RetryButton } from "./RetryButton";
import { RunCompare } from "./RunCompare";
import { RunEvents } from "./RunEvents";
import { RunFacts } from "./RunFacts";
import { RunGantt } from "./RunGantt";
import { RunLog } from "./RunLog";
import { RunWhy } from "./RunWhy";

/** One run: how it went, step by step, why it was requested, and what it said and made. */
export function RunPage() {
  const { runId = "" } = useParams();
  const query = useQuery(runQuery(runId));
  return (
    <Loaded query={query} title={titleOf(runId)} others={{ path: "/runs", name: "all runs" }}>
      {(detail) => <RunBody detail={detail} />}
    </Loaded>
  );
}

function titleOf(runId: string): string {
  return `Run ${runId.slice(0, 8)}`;
}

function RunBody({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  usePageTitle(titleOf(run.run_id));
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {titleOf(run.run_id)}
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
        <ForOperators>
          {hasEnded(run) ? <RetryButton detail={detail} /> : <CancelButton detail={detail} />}
        </ForOperators>
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
            <RunGantt detail={detail} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Section title="What it makes">
            <RunFacts detail={detail} />
          </Section>
        </Grid.Col>
      </Grid>
      <RunWhy run={run} />
      <Section title="Log">
        <RunLog key={run.run_id} detail={detail} />
      </Section>
      <RunEvents run={run} />
      <RunCompare detail={detail} />
    </Stack>
  );
}
