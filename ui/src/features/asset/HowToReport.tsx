import { Stack, Text } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { AssetDetail } from "../../api/client";
import { arrivalQuery, assetEventsQuery } from "../../api/queries";
import { CopyBlock } from "../../components/CopyBlock";
import { toDuration } from "../../components/format";
import { toParts } from "../../components/keys";
import { Moment } from "../../components/marks";
import { Section } from "../../components/states";

/** Ready-made lines with which the system that owns an asset tells of it. */
export function HowToReport({ detail, path }: { detail: AssetDetail; path: string }) {
  const base = new URL(".", document.baseURI).href;
  const door = new URL(path.split("/")[0] ?? path, document.baseURI);
  const body = JSON.stringify({
    asset_key: toParts(detail.asset.key),
    ...(detail.partitions?.last ? { partition: detail.partitions.last } : {}),
    metadata: { rows: 1203 },
  });
  const curl = `curl -X POST -H 'Content-Type: application/json' '${door.href}/' \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
  const python = [
    "from headwater.client import HeadwaterClient",
    "",
    `with HeadwaterClient(${JSON.stringify(base)}) as client:`,
    `    client.report_materialization(${JSON.stringify(toParts(detail.asset.key))}, metadata={"rows": 1203})`,
  ].join("\n");
  return (
    <Section title="How to report it">
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          Another system makes this asset. It tells of an update with one request:
        </Text>
        <CopyBlock text={curl} />
        <CopyBlock
          text={`headwater report materialization '${detail.asset.key}' -m rows=1203 --url ${base}`}
        />
        <CopyBlock text={python} />
        <WhoReports detail={detail} />
      </Stack>
    </Section>
  );
}

/** Which sensors and systems told of the asset lately, and when it is expected. */
function WhoReports({ detail }: { detail: AssetDetail }) {
  const arrival = useQuery(arrivalQuery(detail.asset.key)).data?.items[0];
  const events = useInfiniteQuery(assetEventsQuery(detail.asset.key, "materialization", null)).data;
  const reporters = new Set(
    events?.pages
      .flatMap((page) => page.items)
      .flatMap(({ reporter }) => (reporter === null ? [] : [nameOf(reporter)])),
  );
  return (
    <Stack gap={4}>
      {detail.sensors.map((sensor) => (
        <Text key={sensor} size="sm">
          Sensor <Link to={`/sensors/${encodeURIComponent(sensor)}`}>{sensor}</Link> reports it.
        </Text>
      ))}
      {reporters.size > 0 && (
        <Text size="sm" c="dimmed">
          Lately reported {[...reporters].join(", ")}.
        </Text>
      )}
      {arrival && (
        <Text size="sm" c={arrival.late ? "var(--hw-warn)" : "dimmed"}>
          Usually every {toDuration(arrival.every)}; {arrival.late ? "late, it was" : "next"} expected{" "}
          <Moment at={arrival.expected_at} />.
        </Text>
      )}
    </Stack>
  );
}

function nameOf({ via, name }: { via: string; name: string | null }): string {
  const ways: Record<string, string> = {
    rest: "by HTTP",
    sensor: "by sensor",
    openlineage: "by OpenLineage",
  };
  return `${ways[via] ?? `by ${via}`}${name === null ? "" : ` ${name}`}`;
}
