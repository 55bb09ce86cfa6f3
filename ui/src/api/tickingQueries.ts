import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

import { get, type Schemas, type SensorView } from "./client";

/** What ticks by itself. Both kinds share one space of names. */
export type TickingKind = "sensors" | "schedules";

const FIRST = undefined as string | undefined;
/** Ticks of an engine in a process of its own are told by nobody, so what is shown is asked for anew now and then. */
const ASKED_ANEW_MILLISECONDS = 10_000;

export const tickingPath = (kind: TickingKind, name: string) => `api/${kind}/${encodeURIComponent(name)}`;

export const sensorQuery = (name: string) =>
  queryOptions({
    queryKey: ["ticking", name],
    queryFn: () => get<SensorView>(tickingPath("sensors", name)),
    refetchInterval: ASKED_ANEW_MILLISECONDS,
  });

export const scheduleQuery = (name: string) =>
  queryOptions({
    queryKey: ["ticking", name],
    queryFn: () => get<Schemas["ScheduleView"]>(tickingPath("schedules", name)),
    refetchInterval: ASKED_ANEW_MILLISECONDS,
  });

/** The ticks of a sensor or schedule, the last first; only those that ended so, where that is asked for. */
export const ticksQuery = (kind: TickingKind, name: string, status: string | null) =>
  infiniteQueryOptions({
    queryKey: ["ticking", name, "ticks", status],
    queryFn: ({ pageParam }) =>
      get<Schemas["TickPage"]>(`${tickingPath(kind, name)}/ticks`, { status, cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
  });

/** The latest ticks of a sensor or schedule, for a timeline of all of them. */
export const latestTicksQuery = (kind: TickingKind, name: string) =>
  queryOptions({
    queryKey: ["ticking", name, "latest"],
    queryFn: () => get<Schemas["TickPage"]>(`${tickingPath(kind, name)}/ticks`, { limit: 200 }),
    refetchInterval: ASKED_ANEW_MILLISECONDS,
  });

/** What a sensor keeps beside its cursor. */
export const sensorStateQuery = (name: string) =>
  infiniteQueryOptions({
    queryKey: ["ticking", name, "state"],
    queryFn: ({ pageParam }) =>
      get<Schemas["SensorStatePage"]>(`${tickingPath("sensors", name)}/state`, { cursor: pageParam }),
    initialPageParam: FIRST,
    getNextPageParam: (page) => page.next ?? undefined,
  });
