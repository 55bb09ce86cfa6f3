import { Grid, Group, Stack, Text } from "@mantine/core";

import type { AssetDetail, AssetRow, CheckView, Neighbour } from "../../api/client";
import { toExact } from "../../components/format";
import { Markdown } from "../../components/Markdown";
import { AssetLink, KindBadge, Mark, Moment, StatusMark } from "../../components/marks";
import { MetadataTable } from "../../components/metadata";
import { plainText } from "../../components/plainText";
import { Empty, ErrorBox, Section } from "../../components/states";
import { CHECK_LOOKS, type Look } from "../../components/status";
import { AssetPlots } from "./AssetPlots";
import { HowToReport } from "./HowToReport";
import { StaleCauses } from "./StaleCauses";

/** How the asset stands and why, what is known of it, and what it hangs on. */
export function AssetOverview({ detail }: { detail: AssetDetail }) {
  const { asset } = detail;
  const latest = asset.latest_materialization;
  return (
    <Stack>
      <Why detail={detail} />
      <Grid>
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            {asset.description && (
              <Section title="Description">
                <Markdown source={asset.description} />
              </Section>
            )}
            <Section
              title="Latest"
              aside={
                <Text size="xs" c="dimmed">
                  {latest ? toExact(latest.timestamp) : ""}
                </Text>
              }
            >
              {latest || asset.latest_observation ? (
                <MetadataTable entries={detail.latest_metadata} />
              ) : (
                <Empty title={asset.kind === "native" ? "Never made" : "Nobody told of it yet"}>
                  {asset.kind === "native"
                    ? "Materialize it with the button above."
                    : asset.observable
                      ? "Observe it with the button above."
                      : "How to report it stands beside."}
                </Empty>
              )}
            </Section>
            {Object.keys(detail.metadata).length > 0 && (
              <Section title="Definition metadata">
                <MetadataTable entries={detail.metadata} />
              </Section>
            )}
            <AssetPlots assetKey={asset.key} most={2} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <Section title="Checks">
              <Checks checks={detail.checks} />
            </Section>
            <Section title="Upstream">
              <Neighbours items={detail.upstream} of={detail} none="It depends on no asset." />
            </Section>
            <Section title="Downstream">
              <Neighbours items={detail.downstream} of={detail} below none="No asset depends on it." />
            </Section>
            {detail.report_path !== null && <HowToReport detail={detail} path={detail.report_path} />}
          </Stack>
        </Grid.Col>
      </Grid>
    </Stack>
  );
}

function Why({ detail }: { detail: AssetDetail }) {
  if (detail.last_error)
    return <ErrorBox error={detail.last_error} title="The last attempt to make it failed" />;
  return <StaleCauses detail={detail} />;
}

function Checks({ checks }: { checks: readonly CheckView[] }) {
  if (checks.length === 0) return <Text c="dimmed">No checks.</Text>;
  return (
    <Stack gap={10}>
      {checks.map((check) => (
        <div key={check.name}>
          <Group justify="space-between" wrap="nowrap">
            <Group gap="sm">
              <Mark look={CHECK_LOOKS[check.status] as Look} />
              <Text size="sm" fw={550}>
                {check.name}
              </Text>
              {!check.executable && (
                <Text size="xs" c="dimmed">
                  {check.defined ? "reported from outside" : "reported, nobody defined it"}
                </Text>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              <Moment at={check.timestamp} />
            </Text>
          </Group>
          {check.description && (
            <Text size="xs" c="dimmed" mt={2}>
              {plainText(check.description)}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  );
}

function Neighbours({
  items,
  of,
  below = false,
  none,
}: {
  items: readonly Neighbour[];
  of: AssetDetail;
  below?: boolean;
  none: string;
}) {
  if (items.length === 0) return <Text c="dimmed">{none}</Text>;
  return (
    <Stack gap={8}>
      {items.map((neighbour) => (
        <div key={neighbour.asset.key}>
          <Group justify="space-between" gap="sm" wrap="nowrap">
            <Group gap="sm" style={{ minWidth: 0 }}>
              <AssetLink assetKey={neighbour.asset.key} />
              <KindBadge kind={neighbour.asset.kind} />
            </Group>
            <StatusMark status={neighbour.asset.status} />
          </Group>
          <VersionRead
            neighbour={neighbour}
            newest={(below ? of.asset : neighbour.asset).latest_materialization}
          />
        </div>
      ))}
    </Stack>
  );
}

/** Which version of the upper asset the lower one has read, and whether there is a newer one. */
function VersionRead({
  neighbour,
  newest,
}: {
  neighbour: Neighbour;
  newest: AssetRow["latest_materialization"];
}) {
  const { read_seq: read, changed_since: changed } = neighbour;
  if (read === null) {
    return changed ? (
      <Text size="xs" c="var(--hw-warn)">
        changed since it was read
      </Text>
    ) : null;
  }
  if (newest === null || newest.seq === read) {
    return (
      <Text size="xs" c="dimmed">
        read the newest version (event {read})
      </Text>
    );
  }
  return (
    <Text size="xs" c={changed ? "var(--hw-warn)" : "dimmed"}>
      read the version of event {read}; the newest is event {newest.seq}, <Moment at={newest.timestamp} />
    </Text>
  );
}
