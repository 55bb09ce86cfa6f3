import { Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Schemas } from "../../api/client";
import { schedulesQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { AssetLink, Moment } from "../../components/marks";
import { Section } from "../../components/states";
import { useNow } from "../../components/useNow";
import { expectedNext } from "./expected";

const SHOWN = 8;

/** What other systems usually report next, and which schedules are due. */
export function Expected({ arrivals }: { arrivals: readonly Schemas["ArrivalView"][] }) {
  const schedules = useQuery(schedulesQuery).data?.items ?? [];
  const expected = expectedNext(arrivals, schedules, useNow());
  return (
    <Section title="Expected next">
      {expected.length === 0 ? (
        <Text size="sm" c="dimmed">
          An asset that other systems report in a rhythm is expected here, from its fifth report on; and the
          next tick of each schedule.
        </Text>
      ) : (
        <Stack gap={6}>
          {expected.slice(0, SHOWN).map((each) => (
            <Group key={`${each.kind} ${each.name}`} justify="space-between" wrap="nowrap">
              {each.kind === "asset" ? (
                <AssetLink assetKey={each.name} />
              ) : (
                <Text size="sm" truncate>
                  Schedule <Link to={`/schedules/${encodeURIComponent(each.name)}`}>{each.name}</Link>
                </Text>
              )}
              <Text size="sm" c="dimmed" style={{ flex: "none" }}>
                <Moment at={each.at} />
              </Text>
            </Group>
          ))}
          {expected.length > SHOWN && (
            <Text size="sm" c="dimmed">
              and {plural(expected.length - SHOWN, "more")} later
            </Text>
          )}
        </Stack>
      )}
    </Section>
  );
}
