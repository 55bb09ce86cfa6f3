import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import {
  get,
  post,
  type AssetDetail,
  type BackfillDetail,
  type BackfillRequest,
  type DeploymentView,
  type EngineList,
  type Graph,
  type JobView,
  type PartitionRanges,
  type RunDetail,
  type RunView,
  type Schemas,
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

/** Who the reader is, and what they may do. */
export const meQuery = queryOptions({
  queryKey: ["deployment", "me"],
  queryFn: () => get<Schemas["MeView"]>("api/me"),
});

/** How people sign in, besides by a token. */
export const signInQuery = queryOptions({
  queryKey: ["signin"],
  queryFn: () => get<Schemas["SignInWays"]>("api/session"),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => get<Schemas["TokenList"]>("api/tokens"),
});

export const peopleQuery = queryOptions({
  queryKey: ["people"],
  queryFn: () => get<Schemas["PersonList"]>("api/people"),
});

export const auditQuery = (actor: string | null, outcome: string | null) =>
  infiniteQueryOptions({
    queryKey: ["audit", actor, outcome],
    queryFn: ({ pageParam }) => get<Schemas["AuditPage"]>("api/audit", { actor, outcome, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.cursor ?? undefined,
  });

/** Whether the audit log is whole. */
export const verdictQuery = queryOptions({
  queryKey: ["audit", "verdict"],
  queryFn: () => get<Schemas["AuditVerdict"]>("api/audit/verdict"),
});

/** Whether the server is well, and if not, why; asked for now and then, no event tells. */
export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: () => get<{ status: string; reasons: string[] }>("health"),
  refetchInterval: 15_000,
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

/** What a few words mean, wherever they stand. */
export const searchQuery = (words: string) =>
  queryOptions({
    queryKey: ["search", words],
    queryFn: () => get<Schemas["SearchResult"]>("api/search", { q: words, limit: 20 }),
    enabled: words !== "",
    staleTime: 10_000,
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

/** The catalog as it was at a moment in seconds; it does not change any more. */
export const assetsAsOfQuery = (moment: number) =>
  queryOptions({
    queryKey: ["as of", "assets", moment],
    queryFn: () => get<Schemas["AssetList"]>("api/assets", { as_of: moment }),
    staleTime: Infinity,
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

/** How partitions stand, as ranges of those that stand alike. */
export const partitionRangesQuery = (key: string) =>
  queryOptions({
    queryKey: ["asset", key, "partitions"],
    queryFn: () => get<PartitionRanges>("api/assets/partitions/ranges", { key }),
  });

export const KEYS_A_PAGE = 500;

/** A page of partition keys, oldest first. */
export const partitionKeysQuery = (key: string, page: number) =>
  queryOptions({
    queryKey: ["asset", key, "partition keys", page],
    queryFn: () =>
      get<Schemas["PartitionKeyList"]>("api/assets/partitions/keys", {
        key,
        start: page * KEYS_A_PAGE,
        limit: KEYS_A_PAGE,
      }),
  });

/** The newest partition keys that have a text in them. */
export const findPartitionsQuery = (key: string, find: string) =>
  queryOptions({
    queryKey: ["asset", key, "find partitions", find],
    queryFn: () => get<Schemas["PartitionKeyList"]>("api/assets/partitions/keys", { key, find, limit: 50 }),
    placeholderData: (before) => before,
  });

/** The keys of dynamic partitions, and whose they are. */
export const dynamicKeysQuery = (name: string) =>
  queryOptions({
    queryKey: ["dynamic", name],
    queryFn: () => get<Schemas["DynamicKeysView"]>(`api/dynamic_partitions/${encodeURIComponent(name)}`),
  });

/** When an asset's definition changed, and in what. */
export const definitionHistoryQuery = (key: string) =>
  queryOptions({
    queryKey: ["deployment", "definition", key],
    queryFn: () => get<Schemas["DefinitionHistory"]>("api/assets/definition-history", { key }),
  });

export const assetEventsQuery = (key: string, kind: string | null, partition: string | null) =>
  infiniteQueryOptions({
    queryKey: ["asset", key, "events", kind, partition],
    queryFn: ({ pageParam }) =>
      get<Schemas["EventPage"]>("api/assets/events", { key, kind, partition, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** Runs that are what is asked for, the newest first. */
export const runsQuery = (wanted: Readonly<Record<string, unknown>> = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: ["runs", wanted, limit],
    queryFn: ({ pageParam }) => get<Schemas["RunPage"]>("api/runs", { ...wanted, limit, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
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
  infiniteQueryOptions({
    queryKey: ["run", runId, "events"],
    queryFn: ({ pageParam }) =>
      get<Schemas["EventPage"]>(`api/runs/${runId}/events`, { limit: 1000, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** Why a run was requested; that does not change. */
export const runWhyQuery = (runId: string) =>
  queryOptions({
    queryKey: ["run why", runId],
    queryFn: () => get<Schemas["RunWhy"]>(`api/runs/${runId}/why`),
    staleTime: Infinity,
  });

/** One event of the log; only a withdrawal changes it. */
export const eventQuery = (seq: number) =>
  queryOptions({
    queryKey: ["events", "one", seq],
    queryFn: () => get<Schemas["EventView"]>(`api/events/${seq}`),
  });

const COUNTED_ANEW_MILLISECONDS = 3_000;

/** Backfills, the newest first. No event tells of the counts between start and end, so those are asked for. */
export const backfillsQuery = (status: string | null, asset: string | null) =>
  infiniteQueryOptions({
    queryKey: ["backfills", "list", status, asset],
    queryFn: ({ pageParam }) =>
      get<Schemas["BackfillPage"]>("api/backfills", { status, asset, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) =>
      query.state.data?.pages.some((page) => page.items.some((item) => item.ended_at === null))
        ? COUNTED_ANEW_MILLISECONDS
        : false,
  });

export const backfillQuery = (id: string) =>
  queryOptions({
    queryKey: ["backfills", "one", id],
    queryFn: () => get<BackfillDetail>(`api/backfills/${encodeURIComponent(id)}`),
  });

export const backfillRunsQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["backfills", "runs", id],
    queryFn: ({ pageParam }) =>
      get<Schemas["RunPage"]>(`api/backfills/${encodeURIComponent(id)}/runs`, {
        limit: 50,
        cursor: pageParam,
      }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** What a backfill would make; kept for a moment only, since what stands how changes. */
export const backfillPlanQuery = (body: BackfillRequest) =>
  queryOptions({
    queryKey: ["backfill plan", body],
    queryFn: () => post<Schemas["BackfillPlan"]>("api/backfills/plan", body),
    placeholderData: (before) => before,
    gcTime: 0,
  });

export const sensorsQuery = queryOptions({
  queryKey: ["sensors"],
  queryFn: () => get<Schemas["SensorList"]>("api/sensors"),
  // An engine in a process of its own tells nobody of its ticks.
  refetchInterval: 10_000,
});

export const schedulesQuery = queryOptions({
  queryKey: ["schedules"],
  queryFn: () => get<Schemas["ScheduleList"]>("api/schedules"),
  refetchInterval: 10_000,
});

/** Whether the condition of an asset, or of a check of it, holds, part by part, and what it asked for. */
export const automationQuery = (key: string, check?: string) =>
  queryOptions({
    queryKey: ["asset", key, "automation", check],
    queryFn: () => get<Schemas["AutomationView"]>("api/assets/automation", { key, check }),
  });

export const jobsQuery = queryOptions({
  queryKey: ["jobs"],
  queryFn: () => get<Schemas["JobPage"]>("api/jobs"),
});

export const jobQuery = (name: string) =>
  queryOptions({
    queryKey: ["jobs", name],
    queryFn: () => get<JobView>(`api/jobs/${encodeURIComponent(name)}`),
  });

/** Whether the condition of a job holds, part by part, and what it asked for. */
export const jobAutomationQuery = (name: string) =>
  queryOptions({
    queryKey: ["job automation", name],
    queryFn: () => get<Schemas["AutomationView"]>(`api/jobs/${encodeURIComponent(name)}/automation`),
  });

/** When definitions changed, the newest first. */
export const momentsQuery = queryOptions({
  queryKey: ["deployment", "moments"],
  queryFn: () => get<Schemas["MomentPage"]>("api/graph/moments", { limit: 200 }),
});

/** The lineage with its state as of a moment in seconds; it does not change any more. */
export const graphAsOfQuery = (moment: number) =>
  queryOptions({
    queryKey: ["as of", moment],
    queryFn: () => get<Graph>("api/graph", { as_of: moment }),
    staleTime: Infinity,
    placeholderData: (before) => before,
  });

export function hasEnded(run: RunView): boolean {
  return run.ended_at !== null;
}

/** Whether a secret is on the screen that will never be shown again. */
export const SECRET_SHOWN = ["secretShown"];
export const secretShownQuery = queryOptions({
  queryKey: SECRET_SHOWN,
  queryFn: () => false,
  initialData: false,
  enabled: false,
});
