import { Group, Text } from "@mantine/core";
import { useMemo, useState } from "react";

import type { AssetDetail, PartitionRanges } from "../../api/client";
import { plural } from "../../components/format";
import { OperateButton } from "../../components/OperateButton";
import { Section } from "../../components/states";
import { BackfillQuestion } from "../backfills/BackfillQuestion";
import { AssetEvents } from "./AssetEvents";
import { toCells } from "./heatmap";
import { PartitionCounts } from "./PartitionCounts";
import { countsOf, cut, rangeName } from "./range";
import { RangeQuestion } from "./RangeQuestion";
import { usePartitionKey } from "./usePartitionKey";
import { WipeQuestion } from "./WipeQuestion";

type Asked = "make" | "backfill" | "wipe";

/** What is known of the partitions that are chosen, and what can be done with them. */
export function ChosenPartitions({
  detail,
  known,
  range: [from, to],
}: {
  detail: AssetDetail;
  known: PartitionRanges;
  range: readonly [number, number];
}) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { key, kind } = detail.asset;
  const { ranges, total } = known;
  const { dayAt } = useMemo(
    () => toCells({ count: total, first: ranges[0]?.first ?? null, last: ranges.at(-1)?.last ?? null }, 1),
    [total, ranges],
  );
  const first = usePartitionKey(key, dayAt, from);
  const last = usePartitionKey(key, dayAt, to);
  const counts = countsOf(cut(ranges, from, to));
  const count = to - from + 1;
  if (first === null || last === null) return null;
  const close = () => {
    setAsked(null);
  };
  const offered: [Asked, string, boolean][] = [
    ["make", "Materialize…", kind === "native"],
    ["backfill", "Backfill…", kind === "native"],
    ["wipe", "Wipe…", counts.missing < count],
  ];
  return (
    <Section
      title={count === 1 ? first : `${plural(count, "partition")}: ${first} … ${last}`}
      aside={
        <Group gap="sm" className="hw-no-print">
          {offered
            .filter(([, , possible]) => possible)
            .map(([name, label]) => (
              <OperateButton
                key={name}
                size="xs"
                {...(name === "make" ? {} : { variant: "default" })}
                onClick={() => {
                  setAsked(name);
                }}
              >
                {label}
              </OperateButton>
            ))}
        </Group>
      }
    >
      {count === 1 ? (
        <AssetEvents assetKey={key} partition={first} />
      ) : (
        <>
          <PartitionCounts counts={counts} />
          {counts.materialized === count && (
            <Text size="sm" c="dimmed" mt={6}>
              All of them are there.
            </Text>
          )}
        </>
      )}
      {asked === "make" && (
        <RangeQuestion detail={detail} first={first} last={last} counts={counts} onClose={close} />
      )}
      {asked === "backfill" && (
        <BackfillQuestion
          detail={detail}
          partitions={rangeName(first, last)}
          only={counts.missing + counts.failed > 0 ? "missing or failed" : "all"}
          onClose={close}
        />
      )}
      {asked === "wipe" && (
        <WipeQuestion
          detail={detail}
          chosen={{ name: rangeName(first, last), count: count - counts.missing }}
          onClose={close}
        />
      )}
    </Section>
  );
}
