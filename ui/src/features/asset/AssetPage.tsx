import { Group, Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, type ReactNode } from "react";
import { Link, useSearchParams } from "react-router";

import type { AssetDetail, AssetRow, Schemas } from "../../api/client";
import { assetQuery } from "../../api/queries";
import { Breakable } from "../../components/Breakable";
import { CopyIcon } from "../../components/CopyBlock";
import { showKey, showPart, toParts } from "../../components/keys";
import { latenessOf } from "../../components/lateness";
import { KindBadge, Mark, Moment, StatusMark } from "../../components/marks";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { LATENESS_LOOKS, REASON_LOOKS, type Look } from "../../components/status";
import { TabStrip } from "../../components/TabStrip";
import { usePageTitle } from "../../components/usePageTitle";
import { AssetActions } from "./AssetActions";
import { AssetChecks } from "./AssetChecks";
import { AssetColumns } from "./AssetColumns";
import { AssetDefinition } from "./AssetDefinition";
import { AssetEvents } from "./AssetEvents";
import { AssetOverview } from "./AssetOverview";
import { AssetPartitions } from "./AssetPartitions";
import { AssetPlots } from "./AssetPlots";
import { columnsOf } from "./columns";
import { ConditionStanding } from "./ConditionStanding";
import { MaterializeButton } from "./MaterializeButton";
import { ReportButton } from "./ReportButton";

const NOTHING: ReadonlySet<string> = new Set();
const AssetLineage = lazy(async () => ({ default: (await import("./AssetLineage")).AssetLineage }));

/** Everything about one asset; the address holds which, and which tab. */
export function AssetPage() {
  const [parameters, setParameters] = useSearchParams();
  const key = parameters.get("key");
  const query = useQuery({ ...assetQuery(key ?? ""), enabled: key !== null });
  if (key === null)
    return (
      <>
        <PageTitle title="Assets" />
        <Empty title="Which asset?">
          Choose one in the <Link to="/catalog">catalog</Link>.
        </Empty>
      </>
    );
  return (
    <Loaded query={query} title={showKey(key)} others={{ path: "/catalog", name: "all assets" }}>
      {(detail) => {
        const tabs = tabsOf(detail);
        // An address may name a tab that the asset does not have, or has no more.
        const shown = tabs.find((tab) => tab.name === parameters.get("tab")) ?? tabs[0];
        return (
          <>
            <Header detail={detail} />
            <Tabs
              value={shown?.name ?? null}
              keepMounted={false}
              onChange={(value) => {
                setParameters({ key, ...(value && value !== "overview" ? { tab: value } : {}) });
              }}
            >
              <TabStrip tabs={tabs} shown={shown?.name} />
              {shown && <Tabs.Panel value={shown.name}>{shown.content}</Tabs.Panel>}
            </Tabs>
          </>
        );
      }}
    </Loaded>
  );
}

interface Tab {
  readonly name: string;
  readonly label: string;
  readonly content: ReactNode;
}

/** What there is to see of an asset; the first is shown when none is asked for. */
function tabsOf(detail: AssetDetail): readonly Tab[] {
  const { key } = detail.asset;
  const lineage = (
    <Suspense>
      <AssetLineage assetKey={key} />
    </Suspense>
  );
  return [
    { name: "overview", label: "Overview", content: <AssetOverview detail={detail} /> },
    { name: "events", label: "Events", content: <AssetEvents assetKey={key} /> },
    { name: "plots", label: "Plots", content: <AssetPlots assetKey={key} /> },
    ...(detail.partitions
      ? [{ name: "partitions", label: "Partitions", content: <AssetPartitions detail={detail} /> }]
      : []),
    { name: "checks", label: "Checks", content: <AssetChecks detail={detail} /> },
    ...(columnsOf(detail).length > 0
      ? [{ name: "columns", label: "Columns", content: <AssetColumns detail={detail} /> }]
      : []),
    { name: "lineage", label: "Lineage", content: lineage },
    ...(detail.condition === null
      ? []
      : [
          {
            name: "automation",
            label: "Automation",
            content: <ConditionStanding assetKey={detail.asset.key} />,
          },
        ]),
    { name: "definition", label: "Definition", content: <AssetDefinition detail={detail} /> },
  ];
}

function Header({ detail }: { detail: AssetDetail }) {
  const { asset } = detail;
  const parts = toParts(asset.key).map(showPart);
  const last = parts.pop() ?? "∅";
  usePageTitle(showKey(asset.key));
  return (
    <Group justify="space-between" align="flex-start" mb="md" gap="sm">
      <div style={{ minWidth: 0, flex: "1 1 300px" }}>
        <Group gap={6} wrap="nowrap">
          <Title
            order={1}
            size="h3"
            style={{ overflowWrap: "anywhere" }}
            className="hw-clamped"
            title={asset.key}
          >
            {parts.length > 0 && (
              <Text component="span" inherit c="dimmed" fw={400}>
                {parts.join(" / ")} /{" "}
              </Text>
            )}
            <Breakable text={last} />
          </Title>
          <CopyIcon text={asset.key} />
        </Group>
        <Group gap="md" mt={6}>
          <KindBadge kind={asset.kind} />
          <StatusMark status={asset.status} />
          {asset.checks.failed > 0 && <Mark look={REASON_LOOKS.checks} />}
          {detail.freshness && <Freshness asset={asset} freshness={detail.freshness} />}
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

/** Whether the asset keeps to its freshness policy, and until when. */
function Freshness({ asset, freshness }: { asset: AssetRow; freshness: Schemas["FreshnessView"] }) {
  const lateness = latenessOf({ ...asset, freshness: freshness.state }, NOTHING);
  const unknown: Look = { label: "Freshness unknown", tone: "idle", hollow: true, meaning: freshness.policy };
  return (
    <Group gap={8} title={freshness.policy}>
      <Mark look={lateness === null ? unknown : LATENESS_LOOKS[lateness]} />
      {freshness.deadline !== null && (
        <Text size="sm" c="dimmed">
          due <Moment at={freshness.deadline} />
        </Text>
      )}
    </Group>
  );
}
