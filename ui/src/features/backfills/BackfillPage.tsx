import { Grid, Group, Stack, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import type { BackfillDetail, BackfillView, RunView, Schemas } from "../../api/client";
import { backfillQuery, backfillRunsQuery } from "../../api/queries";
import { ForOperators } from "../../components/ForOperators";
import { plural, toDuration, toExact } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { showKey } from "../../components/keys";
import { Mark, Moment } from "../../components/marks";
import { MoreButton } from "../../components/MoreButton";
import { Loaded, Section } from "../../components/states";
import { usePageTitle } from "../../components/usePageTitle";
import { BACKFILL_LOOKS } from "../../components/status";
import { causeText, partitionText, RunTable } from "../runs/RunTable";
import { AssetProgress } from "./AssetProgress";
import { BackfillActions } from "./BackfillActions";
import { ProgressBar, StandingCounts } from "./Progress";
import { rangeText } from "./progress";

/** One backfill: how far it is, asset by asset, what failed, and its runs. */
export function BackfillPage() {
  const { backfillId = "" } = useParams();
  const query = useQuery(backfillQuery(backfillId));
  return (
    <Loaded
      query={query}
      title={`Backfill ${backfillId}`}
      others={{ path: "/backfills", name: "all backfills" }}
    >
      {(detail) => <Backfill detail={detail} />}
    </Loaded>
  );
}

function Backfill({ detail }: { detail: BackfillDetail }) {
  const { backfill, assets, failures } = detail;
  const over = backfill.ended_at !== null;
  usePageTitle(`Backfill ${backfill.backfill_id}`);
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={1} size="h3">
            Backfill {backfill.backfill_id}
          </Title>
          <Group gap="md" mt={6}>
            <Mark look={BACKFILL_LOOKS[backfill.status]} />
            <Text size="sm" c="dimmed">
              requested <Moment at={backfill.created_at} />
              {backfill.started_at !== null &&
                backfill.ended_at !== null &&
                `, took ${toDuration(backfill.ended_at - backfill.started_at)}`}
            </Text>
          </Group>
        </div>
        <ForOperators>
          <BackfillActions backfill={backfill} />
        </ForOperators>
      </Group>
      <Grid>
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Section title="Progress">
            <Stack gap="sm">
              <ProgressBar counts={backfill.counts} total={backfill.partitions} over={over} />
              <StandingCounts counts={backfill.counts} over={over} />
            </Stack>
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Section title="What and how">
            <What backfill={backfill} />
          </Section>
        </Grid.Col>
      </Grid>
      <Section title="By asset">
        {assets.map((each) => (
          <AssetProgress key={each.asset} progress={each} over={over} />
        ))}
      </Section>
      {failures.length > 0 && (
        <Section title="What failed">
          <Stack gap="sm">
            {failures.map((failure) => (
              <FailedRun key={failure.run_id} failure={failure} />
            ))}
          </Stack>
        </Section>
      )}
      <Section
        title="Runs"
        aside={
          <Text size="sm">
            <Link to={`/runs?tag=${encodeURIComponent(`headwater/backfill=${backfill.backfill_id}`)}`}>
              All of them, with filters
            </Link>
          </Text>
        }
      >
        <BackfillRuns backfillId={backfill.backfill_id} />
      </Section>
    </Stack>
  );
}

function What({ backfill }: { backfill: BackfillView }) {
  return (
    <Stack gap={4}>
      <Text size="sm">
        {plural(backfill.partitions, "partition")} of {plural(backfill.assets.length, "asset")}
      </Text>
      <Text size="sm">
        {waysText(backfill)}, {backfill.max_runs} at once at most
      </Text>
      <Text size="xs" c="dimmed">
        {causeText(backfill)} · {toExact(backfill.created_at)}
      </Text>
      {Object.entries(backfill.tags).map(([name, value]) => (
        <Text key={name} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {name}: {value}
        </Text>
      ))}
    </Stack>
  );
}

function waysText({ single_run, max_partitions_per_run }: BackfillView): string {
  if (single_run) return "One run for each range";
  if (max_partitions_per_run === null) return "In runs as its assets say";
  return `At most ${plural(max_partitions_per_run, "partition")} in a run`;
}

function FailedRun({ failure }: { failure: Schemas["BackfillFailure"] }) {
  return (
    <div className="hw-line">
      <Group justify="space-between" gap="sm">
        <Text size="sm" fw={550}>
          {failure.assets.map(showKey).join(", ")}
          {failure.first !== "" && ` · ${rangeText(failure)}`}
        </Text>
        <Text size="sm">
          <Link to={`/runs/${failure.run_id}`}>Open the run {failure.run_id.slice(0, 8)}</Link>
        </Text>
      </Group>
      {failure.error && (
        <Text
          size="sm"
          c="dimmed"
          lineClamp={2}
          title={failure.error.message}
          style={{ overflowWrap: "anywhere" }}
        >
          {failure.error.message}
        </Text>
      )}
    </div>
  );
}

function BackfillRuns({ backfillId }: { backfillId: string }) {
  const query = useInfiniteQuery(backfillRunsQuery(backfillId));
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const runs = pages.flatMap((page) => page.items);
        if (runs.length === 0) {
          return (
            <Text size="sm" c="dimmed">
              None is requested yet.
            </Text>
          );
        }
        return (
          <>
            <HeldList items={runs} idOf={(run) => run.run_id} noun="run">
              {(shown) => <RunTable runs={shown} compact naming={partitionsFirst} />}
            </HeldList>
            <MoreButton query={query} />
          </>
        );
      }}
    </Loaded>
  );
}

/** The runs of a backfill differ in their partitions first. */
function partitionsFirst(run: RunView): string {
  return [partitionText(run), run.assets.map(showKey).join(", ")].filter((each) => each !== null).join(" · ");
}
