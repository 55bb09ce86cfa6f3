import { Group, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type CSSProperties, useState } from "react";

import type { AssetDetail, CheckView, EventView } from "../../api/client";
import { assetEventsQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { toExact } from "../../components/format";
import { MoreButton } from "../../components/MoreButton";
import { Mark, Moment } from "../../components/marks";
import { MetadataTable } from "../../components/metadata";
import { Empty, Loaded, Section } from "../../components/states";
import { CHECK_LOOKS, type Look } from "../../components/status";
import { ConditionStanding } from "./ConditionStanding";
import { RunChecksButton } from "./RunChecksButton";

const STRIP = 40;
const LISTED = 10;

/** The checks of an asset: how each stands, how it went lately, and what it said. */
export function AssetChecks({ detail }: { detail: AssetDetail }) {
  const { checks } = detail;
  const query = useInfiniteQuery(assetEventsQuery(detail.asset.key, "check_evaluation", null));
  const executable = checks.filter((check) => check.executable).map((check) => check.name);
  if (checks.length === 0) {
    return (
      <Empty title="No checks">
        A check tells whether the data is right. Decorate a function with <code>@hw.asset_check</code>, or
        report a result: <code>POST /report_asset_check/</code>.
      </Empty>
    );
  }
  return (
    <Loaded query={query}>
      {(pages) => {
        const events = pages.pages.flatMap((page) => page.items);
        return (
          <Stack>
            {executable.length > 1 && (
              <Group justify="flex-end">
                <RunChecksButton detail={detail} names={executable} />
              </Group>
            )}
            {checks.map((check) => (
              <Check
                key={check.name}
                detail={detail}
                check={check}
                history={events.filter((event) => event.check_name === check.name)}
              />
            ))}
            <MoreButton query={query} />
          </Stack>
        );
      }}
    </Loaded>
  );
}

function Check({
  detail,
  check,
  history,
}: {
  detail: AssetDetail;
  check: CheckView;
  history: readonly EventView[];
}) {
  const failures = history.filter((event) => event.passed === false).length;
  return (
    <Section
      title={check.name}
      aside={
        <Group gap="md" wrap="nowrap">
          <Mark look={CHECK_LOOKS[check.status] as Look} />
          {check.executable && <RunChecksButton detail={detail} names={[check.name]} />}
        </Group>
      }
    >
      <Stack gap="sm">
        {check.description && <Text size="sm">{check.description}</Text>}
        <Text size="xs" c="dimmed">
          {check.blocking && "Blocking: nothing downstream is made while it fails. "}
          {!check.executable && (check.defined ? "Reported from outside. " : "Reported, nobody defined it. ")}
          Last <Moment at={check.timestamp} />
          {history.length > 1 && `; it held ${history.length - failures} of the last ${history.length} times`}
        </Text>
        {history.length > 1 && (
          <Group
            gap={3}
            role="img"
            aria-label={`The last ${Math.min(STRIP, history.length)} results, oldest first`}
          >
            {history
              .slice(0, STRIP)
              .reverse()
              .map((event) => (
                <span
                  key={event.seq}
                  className="hw-result"
                  title={`${toExact(event.timestamp)}: ${event.title}`}
                  style={{ "--hw-tone": `var(--hw-${toneOf(event)})` } as CSSProperties}
                />
              ))}
          </Group>
        )}
        {Object.keys(check.metadata).length > 0 && <MetadataTable entries={check.metadata} />}
        {check.automated && <OwnCondition assetKey={detail.asset.key} check={check.name} />}
        {history.length > 0 && (
          <details>
            <summary>History</summary>
            <div style={{ marginTop: 8 }}>
              <EventList events={history.slice(0, LISTED)} />
            </div>
          </details>
        )}
      </Stack>
    </Section>
  );
}

/** When a check is carried out by itself; asked for once somebody opens it. */
function OwnCondition({ assetKey, check }: { assetKey: string; check: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      onToggle={(event) => {
        setOpen(event.currentTarget.open);
      }}
    >
      <summary>Why it is carried out, or is not</summary>
      <div style={{ marginTop: 8 }}>{open && <ConditionStanding assetKey={assetKey} check={check} />}</div>
    </details>
  );
}

function toneOf(event: EventView): string {
  if (event.passed !== false) return "good";
  return event.severity === "WARN" ? "warn" : "bad";
}
