import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import {
  get,
  type AssetDetail,
  type DeploymentView,
  type EngineList,
  type Graph,
  type RunDetail,
  type RunView,
  type Schemas,
  type SensorView,
} from "./client";

const FIRST = undefined as string | undefined;

export const deploymentQuery = queryOptions({
  queryKey: ["deployment"],
  queryFn: () => get<DeploymentView>("api/deployment"),
});

// No event tells of an engine that is gone, so this asks now and then.
export const enginesQuery = queryOptions({
  queryKey: ["engines"],
  queryFn: () => get<EngineList>("api/engines"),
  refetchInterval: 10_000,
});

export const assetsQuery = queryOptions({
  queryKey: ["assets"],
  queryFn: () => get<Schemas["AssetList"]>("api/assets"),
});

/** What a selection means. */
export const selectionQuery = (selection: string) =>
  queryOptions({
    queryKey: ["assets", "selection", selection],
    queryFn: () => get<Schemas["AssetList"]>("api/assets", { selection }),
    placeholderData: (before) => before,
  });

/** What a selection may go on with at the cursor, and what is wrong with the whole of it. */
export const completionsQuery = (text: string, cursor = text.length) =>
  queryOptions({
    queryKey: ["completions", text, cursor],
    queryFn: () => get<Schemas["Completions"]>("api/selection/complete", { text, cursor }),
    placeholderData: (before) => before,
  });

/** How the size of some assets went lately; not followed live, a trend changes slowly. */
export const sparksQuery = (keys: readonly string[]) =>
  queryOptions({
    queryKey: ["sparks", ...keys],
    queryFn: () => get<Schemas["SparkList"]>("api/assets/sparks", { key: keys }),
    staleTime: 60_000,
  });

/** When outside assets usually arrive. */
export const arrivalsQuery = queryOptions({
  queryKey: ["arrivals"],
  queryFn: () => get<Schemas["ArrivalList"]>("api/assets/arrivals"),
  refetchInterval: 60_000,
});

export const arrivalQuery = (key: string) =>
  queryOptions({
    queryKey: ["asset", key, "arrival"],
    queryFn: () => get<Schemas["ArrivalList"]>("api/assets/arrivals", { key }),
  });

/** What breaks if an asset does. */
export const impactQuery = (key: string) =>
  queryOptions({
    queryKey: ["impact", key],
    queryFn: () => get<Schemas["Impact"]>("api/graph/impact", { key }),
  });

/** Where a column comes from and goes to. */
export const columnsQuery = (key: string, column: string) =>
  queryOptions({
    queryKey: ["asset", key, "columns", column],
    queryFn: () => get<Schemas["ColumnGraph"]>("api/graph/columns", { key, column }),
  });

/** The columns of some assets, and what each is made from. */
export const tablesQuery = (keys: readonly string[]) =>
  queryOptions({
    queryKey: ["tables", ...keys],
    queryFn: () => get<Schemas["ColumnTables"]>("api/graph/tables", { key: keys }),
    placeholderData: (before) => before,
    enabled: keys.length > 0,
  });

/** What brings each asset about; not followed live, it changes seldom. */
export const originsQuery = queryOptions({
  queryKey: ["origins"],
  queryFn: () => get<Schemas["OriginList"]>("api/graph/origins"),
  staleTime: 60_000,
});

/** What the definitions changed since a moment. */
export const diffQuery = (since: number) =>
  queryOptions({
    queryKey: ["deployment", "diff", since],
    queryFn: () => get<Schemas["GraphDiff"]>("api/graph/diff", { since }),
  });

export const graphQuery = queryOptions({ queryKey: ["graph"], queryFn: () => get<Graph>("api/graph") });

export const assetQuery = (key: string) =>
  queryOptions({ queryKey: ["asset", key], queryFn: () => get<AssetDetail>("api/assets/detail", { key }) });

export const seriesQuery = (key: string) =>
  queryOptions({
    queryKey: ["asset", key, "series"],
    queryFn: () => get<Schemas["SeriesList"]>("api/assets/series", { key }),
  });

export const partitionsQuery = (key: string) =>
  queryOptions({
    queryKey: ["asset", key, "partitions"],
    queryFn: () => get<Schemas["PartitionList"]>("api/assets/partitions", { key }),
  });

export const assetEventsQuery = (key: string, kind: string | null, partition: string | null) =>
  infiniteQueryOptions({
    queryKey: ["asset", key, "events", kind, partition],
    queryFn: ({ pageParam }) =>
      get<Schemas["EventPage"]>("api/assets/events", { key, kind, partition, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const eventsQuery = queryOptions({
  queryKey: ["events"],
  queryFn: () => get<Schemas["EventPage"]>("api/events", { limit: 60 }),
});

export const runsQuery = (status: string | null, asset: string | null = null) =>
  infiniteQueryOptions({
    queryKey: ["runs", status, asset],
    queryFn: ({ pageParam }) => get<Schemas["RunPage"]>("api/runs", { status, asset, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId],
    queryFn: () => get<RunDetail>(`api/runs/${runId}`),
    // Events tell of steps, and nobody tells how far a step is.
    refetchInterval: (query) =>
      query.state.data?.steps.some((step) => step.status === "started") ? 2000 : false,
  });

export const runEventsQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run", runId, "events"],
    queryFn: () => get<Schemas["EventPage"]>(`api/runs/${runId}/events`, { limit: 1000 }),
  });

export const sensorsQuery = queryOptions({
  queryKey: ["sensors"],
  queryFn: () => get<Schemas["SensorList"]>("api/sensors"),
});

export const sensorQuery = (name: string) =>
  queryOptions({
    queryKey: ["sensor", name],
    queryFn: () => get<SensorView>(`api/sensors/${encodeURIComponent(name)}`),
  });

export const ticksQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["sensor", name, "ticks"],
    queryFn: ({ pageParam }) =>
      get<Schemas["TickPage"]>(`api/sensors/${encodeURIComponent(name)}/ticks`, { cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

export function hasEnded(run: RunView): boolean {
  return run.ended_at !== null;
}
