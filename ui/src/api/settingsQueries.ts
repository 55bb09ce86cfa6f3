import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { get, type Schemas } from "./client";

const FIRST = undefined as string | undefined;
/** The engine opens incidents and sends messages, and nobody tells of that. */
const ASKED_ANEW_MILLISECONDS = 5_000;

export const deploymentsQuery = queryOptions({
  queryKey: ["deployments"],
  queryFn: () => get<Schemas["DeploymentList"]>("api/deployments"),
});

/** What is told to whom when something goes wrong. */
export const alertRulesQuery = queryOptions({
  queryKey: ["alert rules"],
  queryFn: () => get<Schemas["AlertRuleList"]>("api/alert-rules"),
  refetchInterval: ASKED_ANEW_MILLISECONDS,
});

/** What went wrong, the newest first; only what still is, where that is asked for. */
export const alertsQuery = (open: boolean, rule: string | null = null) =>
  infiniteQueryOptions({
    queryKey: ["alerts", open, rule],
    queryFn: ({ pageParam }) =>
      get<Schemas["IncidentPage"]>("api/alerts", { open: open ? "true" : null, rule, cursor: pageParam }),
    initialPageParam: FIRST,
    refetchInterval: ASKED_ANEW_MILLISECONDS,
    getNextPageParam: (page) => page.next ?? undefined,
  });

/** The messages that were sent or are to be, the newest first. */
export const deliveriesQuery = (status: string | null) =>
  infiniteQueryOptions({
    queryKey: ["alert deliveries", status],
    queryFn: ({ pageParam }) =>
      get<Schemas["AlertDeliveryPage"]>("api/alert-deliveries", { status, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: ASKED_ANEW_MILLISECONDS,
  });
