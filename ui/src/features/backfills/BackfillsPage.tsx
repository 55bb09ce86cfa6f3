import { Group, Paper, Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { BackfillView } from "../../api/client";
import { assetsQuery, backfillsQuery } from "../../api/queries";
import { CopyBlock } from "../../components/CopyBlock";
import { AssetFilter, ChoiceFilter } from "../../components/filters";
import { plural, toNumber } from "../../components/format";
import { HeldList } from "../../components/HeldList";
import { showKey } from "../../components/keys";
import { Mark, Moment } from "../../components/marks";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { BACKFILL_LOOKS } from "../../components/status";
import { causeText } from "../runs/RunTable";
import { ProgressBar } from "./Progress";

const STATUSES = [
  { value: "", label: "All" },
  { value: "running", label: "Running" },
  { value: "paused", label: "Paused" },
  { value: "completed", label: "Completed" },
  { value: "failed", label: "Failed" },
  { value: "canceled", label: "Canceled" },
];
const MOST_NAMED = 3;

/** All backfills, newest first, each with how far it is. The address holds what is chosen. */
export function BackfillsPage() {
  const { fields, set } = useAddressFields();
  const status = fields.get("status");
  const asset = fields.get("asset");
  const query = useInfiniteQuery(backfillsQuery(status, asset));
  const assets = useQuery(assetsQuery).data?.items;
  return (
    <>
      <PageTitle title="Backfills">
        <Link to="/runs">Runs</Link>
      </PageTitle>
      <Group mb="md" gap="sm" className="hw-no-print" role="search" aria-label="Which backfills">
        <ChoiceFilter
          label="Status"
          choices={STATUSES}
          value={status ?? ""}
          onChange={(value) => {
            set({ status: value });
          }}
        />
        <AssetFilter
          value={asset}
          onChange={(value) => {
            set({ asset: value });
          }}
        />
      </Group>
      <Loaded query={query}>
        {(pages) => {
          const backfills = pages.pages.flatMap((page) => page.items);
          if (backfills.length === 0) {
            return status !== null || asset !== null ? (
              <Empty title="No such backfills">Take a filter away.</Empty>
            ) : (
              <NoneYet asset={assets?.find((row) => row.kind === "native" && row.partitioned)?.key} />
            );
          }
          return (
            <>
              <Paper>
                <HeldList items={backfills} idOf={(each) => each.backfill_id} noun="backfill">
                  {(shown) => (
                    <div role="table" aria-label="Backfills">
                      {shown.map((each) => (
                        <BackfillRow key={each.backfill_id} backfill={each} />
                      ))}
                    </div>
                  )}
                </HeldList>
              </Paper>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function BackfillRow({ backfill }: { backfill: BackfillView }) {
  const { assets, counts, partitions } = backfill;
  const named = assets.slice(0, MOST_NAMED).map(showKey).join(", ");
  return (
    <div role="row" className="hw-row hw-backfill-row">
      <span role="cell">
        <Mark look={BACKFILL_LOOKS[backfill.status]} />
      </span>
      <span role="cell" className="hw-cell" data-part="assets" title={assets.map(showKey).join(", ")}>
        <Link className="hw-link" to={`/backfills/${backfill.backfill_id}`}>
          <Text size="sm" fw={550} truncate>
            {named}
            {assets.length > MOST_NAMED && ` and ${assets.length - MOST_NAMED} more`}
          </Text>
        </Link>
      </span>
      <span role="cell" data-part="progress">
        <ProgressBar counts={counts} total={partitions} over={backfill.ended_at !== null} />
        <Text size="xs" c="dimmed" mt={4}>
          {toNumber(counts.materialized)} of {plural(partitions, "partition")}
          {counts.failed > 0 && `, ${toNumber(counts.failed)} failed`}
          {counts.blocked > 0 && `, ${toNumber(counts.blocked)} blocked`}
        </Text>
      </span>
      <span role="cell" className="hw-cell" data-part="cause">
        <Text size="sm" c="dimmed" truncate>
          {causeText(backfill)}
        </Text>
      </span>
      <span role="cell" data-part="when">
        <Text size="sm" c="dimmed">
          <Moment at={backfill.created_at} />
        </Text>
      </span>
    </div>
  );
}

function NoneYet({ asset = "ASSET" }: { asset?: string | undefined }) {
  return (
    <Empty title="No backfills yet">
      <Stack gap="sm">
        <span>
          A backfill makes many partitions, of an asset and of what is downstream of it, in the right order,
          and goes on by itself until it is done. Begin one on an asset&apos;s{" "}
          {asset === "ASSET" ? (
            "partitions"
          ) : (
            <Link to={`/asset?key=${encodeURIComponent(asset)}&tab=partitions`}>partitions</Link>
          )}
          , or in a shell:
        </span>
        <div style={{ textAlign: "left" }}>
          <CopyBlock text={`headwater backfill create ${asset} --missing --dry-run`} />
        </div>
        <span>It says what would be made; without --dry-run it is made.</span>
      </Stack>
    </Empty>
  );
}
