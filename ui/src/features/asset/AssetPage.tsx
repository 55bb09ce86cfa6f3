import { Group, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useSearchParams } from "react-router";

import type { AssetDetail, Schemas } from "../../api/client";
import { assetQuery } from "../../api/queries";
import { CopyIcon } from "../../components/CopyBlock";
import { showPart, toParts } from "../../components/keys";
import { KindBadge, Mark, Moment, StatusMark } from "../../components/marks";
import { Empty, Loaded } from "../../components/states";
import type { Look } from "../../components/status";
import { AssetActions } from "./AssetActions";
import { AssetAutomation } from "./AssetAutomation";
import { AssetChecks } from "./AssetChecks";
import { AssetColumns } from "./AssetColumns";
import { AssetDefinition } from "./AssetDefinition";
import { AssetEvents } from "./AssetEvents";
import { AssetOverview } from "./AssetOverview";
import { AssetPartitions } from "./AssetPartitions";
import { AssetPlots } from "./AssetPlots";
import { columnsOf } from "./columns";
import { MaterializeButton } from "./MaterializeButton";
import { ReportButton } from "./ReportButton";

const AssetLineage = lazy(async () => ({ default: (await import("./AssetLineage")).AssetLineage }));

/** Everything about one asset; the address holds which, and which tab. */
export function AssetPage() {
  const [parameters, setParameters] = useSearchParams();
  const key = parameters.get("key");
  const query = useQuery({ ...assetQuery(key ?? ""), enabled: key !== null });
  if (key === null) return <Empty title="Which asset?">Choose one in the catalog.</Empty>;
  const tab = parameters.get("tab") ?? "overview";
  return (
    <Loaded query={query}>
      {(detail) => (
        <>
          <Header detail={detail} />
          <Tabs
            value={tab}
            keepMounted={false}
            onChange={(value) => {
              setParameters({ key, ...(value && value !== "overview" ? { tab: value } : {}) });
            }}
          >
            <Tabs.List mb="md">
              <Tabs.Tab value="overview">Overview</Tabs.Tab>
              <Tabs.Tab value="events">Events</Tabs.Tab>
              <Tabs.Tab value="plots">Plots</Tabs.Tab>
              {detail.partitions && <Tabs.Tab value="partitions">Partitions</Tabs.Tab>}
              <Tabs.Tab value="checks">Checks</Tabs.Tab>
              {columnsOf(detail).length > 0 && <Tabs.Tab value="columns">Columns</Tabs.Tab>}
              <Tabs.Tab value="lineage">Lineage</Tabs.Tab>
              {detail.condition !== null && <Tabs.Tab value="automation">Automation</Tabs.Tab>}
              <Tabs.Tab value="definition">Definition</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="overview">
              <AssetOverview detail={detail} />
            </Tabs.Panel>
            <Tabs.Panel value="events">
              <AssetEvents assetKey={key} />
            </Tabs.Panel>
            <Tabs.Panel value="plots">
              <AssetPlots assetKey={key} />
            </Tabs.Panel>
            <Tabs.Panel value="partitions">
              <AssetPartitions detail={detail} />
            </Tabs.Panel>
            <Tabs.Panel value="checks">
              <AssetChecks assetKey={key} checks={detail.checks} />
            </Tabs.Panel>
            <Tabs.Panel value="columns">
              <AssetColumns detail={detail} />
            </Tabs.Panel>
            <Tabs.Panel value="lineage">
              <Suspense>
                <AssetLineage assetKey={key} />
              </Suspense>
            </Tabs.Panel>
            <Tabs.Panel value="automation">
              <AssetAutomation detail={detail} />
            </Tabs.Panel>
            <Tabs.Panel value="definition">
              <AssetDefinition detail={detail} />
            </Tabs.Panel>
          </Tabs>
        </>
      )}
    </Loaded>
  );
}

function Header({ detail }: { detail: AssetDetail }) {
  const { asset } = detail;
  const parts = toParts(asset.key).map(showPart);
  const last = parts.pop() ?? "∅";
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ minWidth: 0, flex: "1 1 300px" }}>
        <Group gap={6}>
          <Title order={1} size="h3" style={{ overflowWrap: "anywhere" }}>
            {parts.length > 0 && (
              <Text component="span" inherit c="dimmed" fw={400}>
                {parts.join(" / ")} /{" "}
              </Text>
            )}
            {last}
          </Title>
          <CopyIcon text={asset.key} />
        </Group>
        <Group gap="md" mt={6}>
          <KindBadge kind={asset.kind} />
          <StatusMark status={asset.status} />
          {detail.freshness && <Freshness freshness={detail.freshness} />}
        </Group>
      </div>
      <Group gap="sm" className="hw-no-print">
        {asset.kind !== "native" && <ReportButton detail={detail} />}
        <MaterializeButton detail={detail} />
        <AssetActions detail={detail} />
      </Group>
    </Group>
  );
}

const FRESHNESS: Record<string, Look> = {
  PASS: { label: "On time", tone: "good", meaning: "Its freshness policy holds" },
  WARN: { label: "Soon late", tone: "warn", meaning: "Its freshness policy warns" },
  FAIL: { label: "Late", tone: "bad", meaning: "Its freshness policy does not hold" },
};

/** Whether the asset keeps to its freshness policy, and until when. */
function Freshness({ freshness }: { freshness: Schemas["FreshnessView"] }) {
  const look = FRESHNESS[freshness.state];
  return (
    <Group gap={8} title={freshness.policy}>
      <Mark
        look={look ?? { label: "Freshness unknown", tone: "idle", hollow: true, meaning: freshness.policy }}
      />
      {freshness.deadline !== null && (
        <Text size="sm" c="dimmed">
          due <Moment at={freshness.deadline} />
        </Text>
      )}
    </Group>
  );
}
