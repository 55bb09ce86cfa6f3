import type { Schemas } from "../../api/client";

/** Something that is to come: a report of an asset, or a tick of a schedule. */
export interface ExpectedItem {
  readonly kind: "asset" | "schedule";
  readonly name: string;
  readonly at: number;
}

/** What is to come, the nearest first; what is late already is told of elsewhere. */
export function expectedNext(
  arrivals: readonly Schemas["ArrivalView"][],
  schedules: readonly Schemas["ScheduleView"][],
  now: number,
): ExpectedItem[] {
  const reports = arrivals.flatMap((each): ExpectedItem[] =>
    each.late ? [] : [{ kind: "asset", name: each.key, at: each.expected_at }],
  );
  const ticks = schedules.flatMap((each): ExpectedItem[] => {
    const at = each.next_tick_at;
    return each.running && at !== null && at >= now ? [{ kind: "schedule", name: each.name, at }] : [];
  });
  return [...reports, ...ticks].sort((a, b) => a.at - b.at);
}
