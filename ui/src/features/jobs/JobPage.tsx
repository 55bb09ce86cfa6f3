import { Code, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import type { JobView } from "../../api/client";
import { jobAutomationQuery, jobQuery, runsQuery } from "../../api/queries";
import { ConditionAnswer } from "../../components/ConditionAnswer";
import { AssetLink } from "../../components/marks";
import { Markdown } from "../../components/Markdown";
import { Loaded, Section } from "../../components/states";
import { usePageTitle } from "../../components/usePageTitle";
import { RunTable } from "../runs/RunTable";
import { RunJobButton } from "./RunJobButton";

const SHOWN_RUNS = 10;

/** One job: what it makes, when it is run by itself, its last runs. */
export function JobPage() {
  const { name = "" } = useParams();
  const query = useQuery(jobQuery(name));
  usePageTitle(name);
  return (
    <Loaded query={query} title={name} others={{ path: "/sensors", name: "all jobs" }}>
      {(job) => (
        <Stack>
          <Group justify="space-between" align="flex-start">
            <div style={{ minWidth: 0, flex: "1 1 280px" }}>
              <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
                {job.name}
              </Title>
              {job.description && (
                <Text size="sm" c="dimmed" mt={4} component="div">
                  <Markdown source={job.description} />
                </Text>
              )}
            </div>
            <RunJobButton job={job} />
          </Group>
          <Section title="What it is">
            <Facts job={job} />
          </Section>
          <Condition name={job.name} />
          <LastRuns name={job.name} />
        </Stack>
      )}
    </Loaded>
  );
}

function Facts({ job }: { job: JobView }) {
  const facts: readonly (readonly [name: string, value: ReactNode])[] = [
    [
      "Makes",
      job.assets.map((key) => (
        <div key={key}>
          <AssetLink assetKey={key} />
        </div>
      )),
    ],
    ["Selected by", <Code>{job.selection}</Code>],
    ["Partitions", job.partitioned ? "yes, a run makes one or a range" : "none"],
    [
      "Tags",
      Object.entries(job.tags)
        .map(([tag, value]) => `${tag}=${value}`)
        .join(", ") || "–",
    ],
    ["Owners", job.owners.join(", ") || "–"],
    ["Code location", job.location],
  ];
  return (
    <Table layout="fixed">
      <Table.Tbody>
        {facts.map(([fact, value]) => (
          <Table.Tr key={fact}>
            <Table.Th w="26%" fw={500}>
              {fact}
            </Table.Th>
            <Table.Td style={{ overflowWrap: "anywhere" }}>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** When it is run by itself; a job without a condition is not, but by schedules and sensors. */
function Condition({ name }: { name: string }) {
  const query = useQuery(jobAutomationQuery(name));
  if (query.data?.tree === null && query.data.evaluations.length === 0) return null;
  return <Loaded query={query}>{(view) => <ConditionAnswer view={view} what={name} done="run" />}</Loaded>;
}

function LastRuns({ name }: { name: string }) {
  const query = useInfiniteQuery(runsQuery({ job: name }, SHOWN_RUNS));
  return (
    <Section
      title="Last runs"
      aside={
        <Text size="sm">
          <Link to={`/runs?job=${encodeURIComponent(name)}`}>All of its runs</Link>
        </Text>
      }
    >
      <Loaded query={query}>
        {({ pages }) => <RunTable runs={pages.flatMap((page) => page.items).slice(0, SHOWN_RUNS)} />}
      </Loaded>
    </Section>
  );
}
