import { Group, Text } from "@mantine/core";
import { useMemo, useState } from "react";

import type { AssetDetail, PartitionRanges } from "../../api/client";
import { plural } from "../../components/format";
import { OperateButton } from "../../components/OperateButton";
import { Section } from "../../components/states";
import { BackfillQuestion } from "../backfills/BackfillQuestion";
import { AssetEvents } from "./AssetEvents";
import { keyAt, spanned, type Dimension, type Range } from "./grid";
import { toCells } from "./heatmap";
import { PartitionCounts } from "./PartitionCounts";
import { countsOf, cut, rangeName, rangeText } from "./range";
import { RangeQuestion } from "./RangeQuestion";
import { usePartitionKey } from "./usePartitionKey";
import { WipeQuestion } from "./WipeQuestion";

const NONE: readonly Dimension[] = [];

type Asked = "make" | "backfill" | "wipe";

/** What is known of the partitions that are chosen, and what can be done with them. */
export function ChosenPartitions({
  detail,
  known,
  chosen: [from, to],
}: {
  detail: AssetDetail;
  known: PartitionRanges;
  /** From where to where it was dragged. */
  chosen: readonly [number, number];
}) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const { key, kind } = detail.asset;
  const { ranges, total, dimensions = NONE } = known;
  const { dayAt } = useMemo(
    () => toCells({ count: total, first: ranges[0]?.first ?? null, last: ranges.at(-1)?.last ?? null }, 1),
    [total, ranges],
  );
  const { pieces, names } = useMemo(() => piecesOf(from, to, dimensions), [from, to, dimensions]);
  const first = usePartitionKey(key, dayAt, pieces[0]?.[0] ?? from);
  const last = usePartitionKey(key, dayAt, pieces.at(-1)?.[1] ?? to);
  const counts = useMemo(
    () => countsOf(pieces.flatMap(([low, high]) => cut(ranges, low, high))),
    [pieces, ranges],
  );
  const count = Object.values(counts).reduce((sum, each) => sum + each, 0);
  if (first === null || last === null) return null;
  const chosen = { names: names ?? [rangeName(first, last)], text: rangeText(first, last), count };
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
      title={count === 1 ? first : `${plural(count, "partition")}: ${chosen.text}`}
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
      {asked === "make" && <RangeQuestion detail={detail} chosen={chosen} counts={counts} onClose={close} />}
      {asked === "backfill" && (
        <BackfillQuestion
          detail={detail}
          partitions={chosen}
          only={counts.missing + counts.failed > 0 ? "missing or failed" : "all"}
          onClose={close}
        />
      )}
      {asked === "wipe" && (
        <WipeQuestion detail={detail} chosen={{ ...chosen, count: count - counts.missing }} onClose={close} />
      )}
    </Section>
  );
}

/** What was dragged over as ranges; where they are several, all keys are known, and so is what the server calls them. */
function piecesOf(
  from: number,
  to: number,
  dimensions: readonly Dimension[],
): { pieces: readonly Range[]; names: readonly string[] | null } {
  const pieces = spanned(from, to, dimensions);
  if (pieces.length < 2) return { pieces, names: null };
  const ends = pieces.map((piece) => piece.map((number) => keyAt(dimensions, number)));
  return { pieces, names: ends.map(([first, last]) => rangeName(first ?? "", last ?? "")) };
}
