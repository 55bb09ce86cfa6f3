import { Stack, Text } from "@mantine/core";

import type { AssetDetail } from "../../api/client";
import { CopyBlock } from "../../components/CopyBlock";
import { toParts } from "../../components/keys";
import { Section } from "../../components/states";

/** Ready-made lines with which the system that owns an asset tells of it. */
export function HowToReport({ detail, path }: { detail: AssetDetail; path: string }) {
  const door = new URL(path.split("/")[0] ?? path, document.baseURI);
  const body = JSON.stringify({
    asset_key: toParts(detail.asset.key),
    ...(detail.partitions?.last ? { partition: detail.partitions.last } : {}),
    metadata: { rows: 1203 },
  });
  const curl = `curl -X POST -H 'Content-Type: application/json' '${door.href}/' \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
  return (
    <Section title="How to report it">
      <Stack gap="xs">
        <Text size="sm" c="dimmed">
          Another system makes this asset. It tells of an update with one request:
        </Text>
        <CopyBlock text={curl} />
        <CopyBlock
          text={`headwater report materialization '${detail.asset.key}' -m rows=1203 --url ${new URL(".", document.baseURI).href}`}
        />
        {detail.sensors.length > 0 && (
          <Text size="sm" c="dimmed">
            Sensors that report it: {detail.sensors.join(", ")}
          </Text>
        )}
      </Stack>
    </Section>
  );
}
