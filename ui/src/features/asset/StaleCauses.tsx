import { Alert, Code, Group, Stack, Text } from "@mantine/core";

import type { AssetDetail, Schemas } from "../../api/client";
import { cutMiddle } from "../../components/format";
import { AssetLink, Moment } from "../../components/marks";
import { staleSentence } from "./staleSentence";

const VERSION_LETTERS = 16;

/** Why an asset is stale: which version of what differs, and the way from there down to it. */
export function StaleCauses({ detail }: { detail: AssetDetail }) {
  if (detail.stale.length === 0) return null;
  const inputs = new Set(detail.upstream.map((each) => each.asset.key));
  return (
    <Alert color="yellow" title="Stale: it is not made from what there is now">
      <Stack gap="sm">
        {detail.stale.map((reason) => (
          <div key={`${reason.kind} ${reason.upstream}`}>
            <Group gap={6}>
              {reason.upstream !== detail.asset.key && <AssetLink assetKey={reason.upstream} />}
              <Text size="sm">
                {staleSentence(reason, detail.asset.key, inputs)} <Moment at={reason.timestamp} /> (event{" "}
                {reason.seq})
              </Text>
            </Group>
            <Versions reason={reason} />
            {reason.via.length > 0 && (
              <Text size="xs" c="dimmed" component="div">
                through{" "}
                {reason.via.toReversed().map((key, place) => (
                  <span key={key}>
                    {place > 0 && " → "}
                    <AssetLink assetKey={key} size="xs" />
                  </span>
                ))}{" "}
                → this
              </Text>
            )}
          </div>
        ))}
      </Stack>
    </Alert>
  );
}

function Versions({ reason }: { reason: Schemas["StaleReason"] }) {
  const { version_read: read, version_now: now } = reason;
  if (read === null && now === null) return null;
  return (
    <Text size="xs" c="dimmed" component="div">
      made from <Version name={read} />, now <Version name={now} />
    </Text>
  );
}

function Version({ name }: { name: string | null }) {
  if (name === null) return "one without a name";
  return <Code title={name}>{cutMiddle(name, VERSION_LETTERS)}</Code>;
}
