import { Badge, Code, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";

import type { RunDetail } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { partitionText } from "./RunTable";

const FIRST_ASSETS = 12;

/** What a run makes, where, and with what. */
export function RunFacts({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  const checks = run.checks ?? [];
  const config = run.run_config ?? {};
  return (
    <Stack gap="xs">
      <Group gap={8}>
        {checks.length > 0
          ? checks.map((check) => (
              <Text key={`${check.asset} ${check.name}`} size="sm">
                Check {check.name} of <AssetLink assetKey={check.asset} />
              </Text>
            ))
          : run.assets.slice(0, FIRST_ASSETS).map((key) => <AssetLink key={key} assetKey={key} />)}
        {checks.length === 0 && run.assets.length > FIRST_ASSETS && (
          <Text size="sm" c="dimmed">
            and {run.assets.length - FIRST_ASSETS} more
          </Text>
        )}
      </Group>
      {partitionText(run) !== null && <Text size="sm">Partition {partitionText(run)}</Text>}
      {run.job_name != null && (
        <Text size="sm">
          Job <Link to={`/jobs/${encodeURIComponent(run.job_name)}`}>{run.job_name}</Link>
        </Text>
      )}
      {Object.keys(run.tags).length > 0 && (
        <Group gap={6}>
          {Object.entries(run.tags).map(([name, value]) => (
            <Badge
              key={name}
              component={Link}
              to={`/runs?tag=${encodeURIComponent(`${name}=${value}`)}`}
              variant="default"
              maw="100%"
              title="All runs with this tag"
              style={{ cursor: "pointer" }}
            >
              {name}={value}
            </Badge>
          ))}
        </Group>
      )}
      {Object.keys(config).length > 0 && (
        <details>
          <summary>Its config</summary>
          <Code block tabIndex={0}>
            {JSON.stringify(config, null, 2)}
          </Code>
        </details>
      )}
      <Text size="xs" c="dimmed">
        {toExact(run.created_at)} ·{" "}
        <Link to={`/runs?location=${encodeURIComponent(run.location)}`}>{run.location}</Link>
        {run.started_at !== null && ` · ${toDuration(run.started_at - run.created_at)} in the queue`}
      </Text>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        {run.run_id}
      </Text>
    </Stack>
  );
}
