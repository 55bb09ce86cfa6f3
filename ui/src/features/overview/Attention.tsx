import { Group, Stack, Text } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { Link } from "react-router";

import type { AssetRow, Schemas } from "../../api/client";
import { impactQuery } from "../../api/queries";
import { plural, toNumber } from "../../components/format";
import { HeldNote } from "../../components/HeldNote";
import { AssetLink, KindBadge, Mark, Moment } from "../../components/marks";
import { Section } from "../../components/states";
import { ASSET_LOOKS, REASON_LOOKS } from "../../components/status";
import { TROUBLED, troublesOf, type Reason } from "../../components/trouble";
import { useHeldOrder } from "../../components/useHeldOrder";
import { useReading } from "../../components/useReading";

const SHOWN = 8;
const OWNERS_SHOWN = 3;
const ALL_PATH = `/catalog?${TROUBLED}`;

const keyOf = ({ row }: Shown) => row.key;

/** What needs a look; without a reason it did when its reader came. */
interface Shown {
  readonly row: AssetRow;
  readonly reason: Reason | null;
}

/** What needs a look, with what it affects and whom to tell. It keeps its order while it, or what is below it, is read. */
export function Attention({
  rows,
  overdue,
  held,
}: {
  rows: readonly AssetRow[];
  overdue: ReadonlySet<string>;
  /** Whether its height may not change, since what is below it is read. */
  held: boolean;
}) {
  const troubles: readonly Shown[] = useMemo(() => troublesOf(rows, overdue), [rows, overdue]);
  const { reading, hands } = useReading();
  const lookUp = useCallback(
    (key: string): Shown | undefined => {
      const row = rows.find((each) => each.key === key);
      return row && { row, reason: null };
    },
    [rows],
  );
  const { shown: kept, changes } = useHeldOrder(troubles, keyOf, reading || held, "", lookUp);
  const shown = kept.slice(0, SHOWN);
  const impacts = useQueries({ queries: shown.map(({ row }) => impactQuery(row.key)) });
  return (
    <div {...hands}>
      <Section
        title="Needs a look"
        aside={
          <Group gap="md">
            <HeldNote changes={changes} />
            {kept.length > SHOWN && <Link to={ALL_PATH}>All {toNumber(troubles.length)}</Link>}
          </Group>
        }
      >
        {kept.length === 0 ? (
          <Text size="sm">
            Nothing is late, failing or wrong. {plural(rows.length, "asset")} are as they should be.
          </Text>
        ) : (
          <Stack gap={0}>
            {shown.map((each, place) => (
              <Line key={each.row.key} {...each} impact={impacts[place]?.data} />
            ))}
          </Stack>
        )}
      </Section>
    </div>
  );
}

function Line({ row, reason, impact }: Shown & { impact: Schemas["Impact"] | undefined }) {
  const owners = (impact?.owners ?? []).flatMap((owner) => owner.name ?? []);
  return (
    <div className="hw-line hw-trouble">
      <span className="hw-trouble-mark">
        <Mark look={reason === null ? ASSET_LOOKS[row.status] : REASON_LOOKS[reason]} />
      </span>
      <Group gap="sm" wrap="nowrap" className="hw-trouble-name">
        <AssetLink assetKey={row.key} />
        <KindBadge kind={row.kind} />
      </Group>
      <Text size="xs" c="dimmed" className="hw-trouble-last">
        {row.latest_materialization ? (
          <>
            last <Moment at={row.latest_materialization.timestamp} />
          </>
        ) : (
          "never made"
        )}
      </Text>
      <Text size="xs" c="dimmed" className="hw-trouble-affects">
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
    </div>
  );
}
