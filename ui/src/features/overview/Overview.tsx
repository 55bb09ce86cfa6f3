import { Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AssetRow, AssetStatus, EventView } from "../../api/client";
import { assetsQuery, eventsQuery, runsQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { HeldList } from "../../components/HeldList";
import { AssetLink, KindBadge, Mark, Moment } from "../../components/marks";
import { Empty, Loaded, PageTitle, Section } from "../../components/states";
import { ASSET_LOOKS } from "../../components/status";
import { RunTable } from "../runs/RunTable";

const COUNTED: AssetStatus[] = ["failed", "stale", "running", "missing", "unreported", "fresh", "reported"];
const TROUBLED: AssetStatus[] = ["failed", "stale"];
const NEWS = new Set(["materialization", "observation", "check_evaluation"]);

/** What is wrong, what came in, what runs. */
export function Overview() {
  const assets = useQuery(assetsQuery);
  const events = useQuery(eventsQuery);
  const runs = useInfiniteQuery(runsQuery(null));
  return (
    <>
      <PageTitle title="Overview" />
      <Stack>
        <Loaded query={assets} rows={4}>
          {(list) => (
            <>
              <Counts rows={list.items} />
              <Attention rows={list.items} />
            </>
          )}
        </Loaded>
        <SimpleGrid cols={{ base: 1, lg: 2 }}>
          <Section title="What came in">
            <Loaded query={events}>{(page) => <News events={page.items} />}</Loaded>
          </Section>
          <Section title="Latest runs" aside={<Link to="/runs">All runs</Link>}>
            <Loaded query={runs}>
              {(pages) => (
                <HeldList items={pages.pages[0]?.items ?? []} idOf={(run) => run.run_id} noun="run">
                  {(shown) => <RunTable runs={shown.slice(0, 8)} compact />}
                </HeldList>
              )}
            </Loaded>
          </Section>
        </SimpleGrid>
      </Stack>
    </>
  );
}

function Counts({ rows }: { rows: readonly AssetRow[] }) {
  const count = (status: AssetStatus) => rows.filter((row) => row.status === status).length;
  const failing = rows.filter((row) => row.checks.failed > 0).length;
  const boxes = COUNTED.map((status) => ({
    to: `/catalog?status=${status}`,
    look: ASSET_LOOKS[status],
    value: count(status),
  }));
  boxes.splice(1, 0, {
    to: "/catalog?checks=failed",
    look: { label: "Checks failing", tone: "bad", meaning: "A check of the asset did not hold" },
    value: failing,
  });
  return (
    <SimpleGrid cols={{ base: 2, xs: 4, lg: 8 }} spacing="sm">
      {boxes.map((box) => (
        <Paper
          key={box.to}
          p="sm"
          component={Link}
          to={box.to}
          className="hw-link"
          c={box.value === 0 ? "dimmed" : "inherit"}
        >
          <Text fz={24} fw={650} lh={1.2}>
            {box.value}
          </Text>
          <Mark look={box.look} />
        </Paper>
      ))}
    </SimpleGrid>
  );
}

function Attention({ rows }: { rows: readonly AssetRow[] }) {
  const troubled = rows.filter((row) => TROUBLED.includes(row.status) || row.checks.failed > 0);
  if (troubled.length === 0) return null;
  return (
    <Section title="Needs a look">
      <Stack gap={8}>
        {troubled.slice(0, 10).map((row) => (
          <Group key={row.key} gap="sm">
            <Mark look={ASSET_LOOKS[row.status]} />
            <AssetLink assetKey={row.key} />
            <KindBadge kind={row.kind} />
            <Text size="xs" c="dimmed">
              {row.checks.failed > 0 && "a check fails · "}
              last made <Moment at={row.latest_materialization?.timestamp} />
            </Text>
          </Group>
        ))}
      </Stack>
    </Section>
  );
}

function News({ events }: { events: readonly EventView[] }) {
  const news = events.filter((event) => NEWS.has(event.kind) && event.reporter?.via !== "run");
  if (news.length === 0) {
    return (
      <Empty title="Nothing came in yet">
        Reports by HTTP, by sensors and by OpenLineage stand here. An asset&apos;s page has a ready-made curl
        line.
      </Empty>
    );
  }
  return (
    <HeldList items={news} idOf={(event) => event.seq} noun="event">
      {(shown) => <EventList events={shown.slice(0, 8)} news />}
    </HeldList>
  );
}
