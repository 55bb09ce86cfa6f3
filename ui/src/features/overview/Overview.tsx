import { Grid, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { Link } from "react-router";

import type { AssetRow, AssetStatus } from "../../api/client";
import { arrivalsQuery, assetsQuery, runsQuery } from "../../api/queries";
import { toNumber } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { Empty, Loaded, PageTitle, Section } from "../../components/states";
import { latenessOf, overdueOf } from "../../components/lateness";
import { ASSET_LOOKS, LATENESS_LOOKS, type Look } from "../../components/status";
import { NOTHING_WRONG, reasonOf } from "../../components/trouble";
import { useNow } from "../../components/useNow";
import { useReading } from "../../components/useReading";
import { RunTable } from "../runs/RunTable";
import { Attention } from "./Attention";
import { Expected } from "./Expected";
import { reportsOf } from "./reports";
import { SinceYesterday } from "./SinceYesterday";

const GOOD: ReadonlySet<AssetStatus> = new Set(["fresh", "reported"]);
const NEWS_SHOWN = 8;
const RUNS_SHOWN = 8;
const DAY_SECONDS = 86_400;

/** What is late, failing or wrong and what it affects; what changed, what is expected, what runs. */
export function Overview() {
  const assets = useQuery(assetsQuery);
  const arrivals = useQuery(arrivalsQuery);
  const runs = useInfiniteQuery(runsQuery());
  const overdue = useMemo(() => overdueOf(arrivals.data), [arrivals.data]);
  const now = useNow();
  const below = useReading();
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
                <Counts rows={list.items} overdue={overdue} />
                <Attention rows={list.items} overdue={overdue} held={below.reading} />
              </>
            )
          }
        </Loaded>
        <Grid {...below.hands}>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <Stack>
              <Section title="What came in">
                <Loaded query={assets}>{(list) => <News rows={list.items} />}</Loaded>
              </Section>
              {assets.data && (
                <SinceYesterday
                  rows={assets.data.items}
                  updated={
                    assets.data.items.filter(
                      (row) => now - (row.latest_materialization?.timestamp ?? 0) <= DAY_SECONDS,
                    ).length
                  }
                />
              )}
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
              <Expected arrivals={arrivals.data?.items ?? []} />
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

function Counts({ rows, overdue }: { rows: readonly AssetRow[]; overdue: ReadonlySet<string> }) {
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
      look: LATENESS_LOOKS.late,
      value: rows.filter((row) => latenessOf(row, overdue) === "late").length,
    },
    of("stale"),
    of("running"),
    { ...of("missing", "unreported"), look: { ...ASSET_LOOKS.missing, label: "Never made" } },
    {
      to: `/catalog?look=${NOTHING_WRONG}&status=fresh&status=reported`,
      look: { label: "Well", tone: "good", meaning: "Made or reported, and nothing is wrong with it" },
      value: rows.filter((row) => GOOD.has(row.status) && reasonOf(row, overdue) === null).length,
    },
  ];
  return (
    <SimpleGrid cols={{ base: 2, xs: 4, lg: 7 }} spacing="sm" className="hw-counts">
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

/** What other systems told last. */
function News({ rows }: { rows: readonly AssetRow[] }) {
  const reports = useMemo(() => reportsOf(rows), [rows]);
  if (reports.length === 0) {
    return (
      <Empty title="Nothing came in yet">
        Reports by HTTP, by sensors and by OpenLineage stand here. An asset&apos;s page has a ready-made curl
        line.
      </Empty>
    );
  }
  return (
    <HeldList items={reports} idOf={(report) => report.seq} noun="report">
      {(shown) =>
        shown.slice(0, NEWS_SHOWN).map(({ row, seq, at, kind }) => (
          <Group key={seq} className="hw-line" justify="space-between" wrap="nowrap">
            <Group gap="sm" style={{ minWidth: 0 }}>
              <AssetLink assetKey={row.key} />
              <Text size="sm" c="dimmed">
                {kind}
              </Text>
            </Group>
            <Text size="xs" c="dimmed" style={{ flex: "none" }}>
              <Moment at={at} />
            </Text>
          </Group>
        ))
      }
    </HeldList>
  );
}
