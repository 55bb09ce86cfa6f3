import { Group, Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { Link } from "react-router";

import { impactQuery } from "../../api/queries";
import { plural, toNumber } from "../../components/format";
import { AssetLink, KindBadge, Mark, Moment } from "../../components/marks";
import { Section } from "../../components/states";
import { REASON_LOOKS } from "../../components/status";
import { REASONS, type Trouble } from "../../components/trouble";

const SHOWN = 8;
const OWNERS_SHOWN = 3;
const ALL_PATH = `/catalog?${REASONS.map((reason) => `look=${reason}`).join("&")}&sort=status`;

/** What needs a look, with what it affects and whom to tell. */
export function Attention({ troubles, total }: { troubles: readonly Trouble[]; total: number }) {
  const shown = troubles.slice(0, SHOWN);
  const impacts = useQueries({ queries: shown.map(({ row }) => impactQuery(row.key)) });
  if (troubles.length === 0) {
    return (
      <Section title="Needs a look">
        <Text size="sm">
          Nothing is late, failing or wrong. {plural(total, "asset")} are as they should be.
        </Text>
      </Section>
    );
  }
  return (
    <Section
      title="Needs a look"
      aside={troubles.length > SHOWN && <Link to={ALL_PATH}>All {toNumber(troubles.length)}</Link>}
    >
      <Stack gap={0}>
        {shown.map(({ row, reason }, place) => {
          const impact = impacts[place]?.data;
          const owners = (impact?.owners ?? []).flatMap((owner) => owner.name ?? []);
          return (
            <Group key={row.key} className="hw-line" justify="space-between" gap="sm">
              <Group gap="sm">
                <span style={{ minWidth: 104 }}>
                  <Mark look={REASON_LOOKS[reason]} />
                </span>
                <AssetLink assetKey={row.key} />
                <KindBadge kind={row.kind} />
                <Text size="xs" c="dimmed">
                  last <Moment at={row.latest_materialization?.timestamp} />
                </Text>
              </Group>
              <Text size="xs" c="dimmed">
                {impact && impact.items.length > 0 ? (
                  <>
                    <Link
                      to={`/lineage?focus=${encodeURIComponent(row.key)}&asset=${encodeURIComponent(row.key)}&mode=impact&up=1&down=20`}
                    >
                      affects {plural(impact.items.length, "asset")}
                    </Link>
                    {owners.length > 0 && ` of ${owners.slice(0, OWNERS_SHOWN).join(", ")}`}
                    {owners.length > OWNERS_SHOWN && " and others"}
                  </>
                ) : (
                  impact && "affects nothing"
                )}
              </Text>
            </Group>
          );
        })}
      </Stack>
    </Section>
  );
}
