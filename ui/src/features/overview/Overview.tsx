import { Anchor, Grid, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AssetRow, AssetStatus, EventView, Schemas } from "../../api/client";
import { arrivalsQuery, assetsQuery, eventsQuery, runsQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { plural, toNumber } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { Empty, Loaded, PageTitle, Section } from "../../components/states";
import { ASSET_LOOKS, type Look } from "../../components/status";
import { RunTable } from "../runs/RunTable";
import { Attention } from "./Attention";
import { SinceYesterday } from "./SinceYesterday";
import { troublesOf } from "./trouble";

const NEWS = new Set(["materialization", "observation", "check_evaluation"]);
const NEWS_SHOWN = 8;
const RUNS_SHOWN = 8;
const EXPECTED_SHOWN = 6;

/** What is late, failing or wrong and what it affects; what changed, what is expected, what runs. */
export function Overview() {
  const assets = useQuery(assetsQuery);
  const arrivals = useQuery(arrivalsQuery);
  const events = useQuery(eventsQuery);
  const runs = useInfiniteQuery(runsQuery());
  const expected = arrivals.data?.items ?? [];
  return (
    <>
      <PageTitle title="Overview" />
      <Stack>
        <Loaded query={assets} rows={6}>
          {(list) =>
            list.items.length === 0 ? (
              <Empty title="Nothing is known yet">
                Start with <code>headwater dev definitions.py</code>, or let any system report what it makes:{" "}
                <code>headwater report materialization raw_transactions</code>.
              </Empty>
            ) : (
              <>
                <Counts rows={list.items} late={expected.filter((each) => each.late).length} />
                <Attention troubles={troublesOf(list.items, expected)} total={list.items.length} />
              </>
            )
          }
        </Loaded>
        <Grid>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Stack>
              <Section title="What came in">
                <Loaded query={events}>{(page) => <News events={page.items} />}</Loaded>
              </Section>
              <SinceYesterday />
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Stack>
              <Section title="Runs" aside={<Link to="/runs">All runs</Link>}>
                <Loaded query={runs}>
                  {(pages) => (
                    <HeldList items={pages.pages[0]?.items ?? []} idOf={(run) => run.run_id} noun="run">
                      {(shown) => <RunTable runs={shown.slice(0, RUNS_SHOWN)} compact />}
                    </HeldList>
                  )}
                </Loaded>
              </Section>
              <Expected arrivals={expected.filter((each) => !each.late)} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

interface Count {
  readonly to: string;
  readonly look: Look;
  readonly value: number;
}

function Counts({ rows, late }: { rows: readonly AssetRow[]; late: number }) {
  const of = (...statuses: AssetStatus[]): Count => ({
    to: `/catalog?${statuses.map((status) => `status=${status}`).join("&")}`,
    look: ASSET_LOOKS[statuses[0] ?? "fresh"],
    value: rows.filter((row) => statuses.includes(row.status)).length,
  });
  const boxes: Count[] = [
    of("failed"),
    {
      to: "/catalog?checks=failed",
      look: { label: "Checks failing", tone: "bad", meaning: "A check of the asset did not hold" },
      value: rows.filter((row) => row.checks.failed > 0).length,
    },
    {
      to: "/catalog?late=late",
      look: { label: "Late", tone: "warn", meaning: "It usually arrives earlier than now" },
      value: late,
    },
    of("stale"),
    of("running"),
    { ...of("missing", "unreported"), look: { ...ASSET_LOOKS.missing, label: "Never made" } },
    {
      ...of("fresh", "reported"),
      look: { label: "Well", tone: "good", meaning: "Made from the newest inputs, or reported by its owner" },
    },
  ];
  return (
    <SimpleGrid cols={{ base: 2, xs: 4, lg: 7 }} spacing="sm">
      {boxes.map((box) => (
        <Paper
          key={box.to}
          p="sm"
          component={Link}
          to={box.to}
          className="hw-link"
          data-zero={box.value === 0}
          c={box.value === 0 ? "dimmed" : "inherit"}
        >
          <Text fz={24} fw={650} lh={1.2}>
            {toNumber(box.value)}
          </Text>
          <Mark look={box.value === 0 ? { ...box.look, tone: "idle", hollow: true } : box.look} />
        </Paper>
      ))}
    </SimpleGrid>
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
      {(shown) => <EventList events={shown.slice(0, NEWS_SHOWN)} news />}
    </HeldList>
  );
}

function Expected({ arrivals }: { arrivals: readonly Schemas["ArrivalView"][] }) {
  return (
    <Section title="Expected next">
      {arrivals.length === 0 ? (
        <Text size="sm" c="dimmed">
          An asset that other systems report in a rhythm is expected here, from its fifth report on.
        </Text>
      ) : (
        <Stack gap={6}>
          {arrivals.slice(0, EXPECTED_SHOWN).map((each) => (
            <Group key={each.key} justify="space-between" wrap="nowrap">
              <AssetLink assetKey={each.key} />
              <Text size="sm" c="dimmed">
                <Moment at={each.expected_at} />
              </Text>
            </Group>
          ))}
          {arrivals.length > EXPECTED_SHOWN && (
            <Anchor component={Link} to="/catalog?kind=external&sort=updated" size="sm">
              {plural(arrivals.length - EXPECTED_SHOWN, "more asset")}
            </Anchor>
          )}
        </Stack>
      )}
    </Section>
  );
}
