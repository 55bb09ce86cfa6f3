import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useMemo } from "react";

import { definitionHistoryQuery, seriesQuery } from "../../api/queries";
import { toNumber } from "../../components/format";
import { Empty, Section } from "../../components/states";
import { versionMarks } from "./versionMarks";

const Plot = lazy(() => import("../../components/Plot"));

/** Each numeric metadata entry over time; with `most`, only the first few, and nothing where there is none. */
export function AssetPlots({ assetKey, most }: { assetKey: string; most?: number }) {
  const items = useQuery(seriesQuery(assetKey)).data?.items ?? [];
  const history = useQuery(definitionHistoryQuery(assetKey)).data;
  const marks = useMemo(() => versionMarks(history), [history]);
  const drawn = items.filter((series) => series.points.length > 1).slice(0, most);
  if (drawn.length === 0) {
    if (most !== undefined) return null;
    return (
      <Empty title="Nothing to plot yet">
        Numbers in metadata, such as <code>{'{"rows": 1203}'}</code>, are drawn over time once there are two
        of them.
      </Empty>
    );
  }
  return (
    <SimpleGrid cols={{ base: 1, md: most === undefined ? 2 : 1 }}>
      {drawn.map((series) => (
        <Section
          key={series.name}
          title={series.name}
          aside={
            <Text size="sm" fw={600}>
              {toNumber(series.points.at(-1)?.value ?? 0)}
            </Text>
          }
        >
          <Suspense fallback={<div style={{ height: 188 }} />}>
            <Plot series={series} marks={marks} />
          </Suspense>
        </Section>
      ))}
    </SimpleGrid>
  );
}
