import type { Schemas, SensorView } from "../../api/client";
import { toInterval } from "../../components/format";

/** When a sensor is called. */
export function callsText({ kind, minimum_interval }: Pick<SensorView, "kind" | "minimum_interval">): string {
  if (kind === "interval") return `every ${toInterval(minimum_interval)} at most`;
  return `on ${kind.replaceAll("_", " ")}`;
}

/** When a schedule fires. */
export function cronText({
  cron_schedule,
  execution_timezone,
}: Pick<Schemas["ScheduleView"], "cron_schedule" | "execution_timezone">): string {
  return `${cron_schedule.join(", ")} in ${execution_timezone}`;
}

export type Standing = "all" | "on" | "off" | "failing";

/** What of a list is on, off, or failed the last time, with some words in its name or description. */
export function narrow<T extends Pick<SensorView, "name" | "description" | "running" | "last_tick">>(
  items: readonly T[],
  standing: Standing,
  text: string,
): T[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return items.filter((item) => {
    const told = `${item.name} ${item.description ?? ""}`.toLowerCase();
    return (
      words.every((word) => told.includes(word)) &&
      (standing === "all" ||
        (standing === "failing"
          ? item.last_tick?.status === "failure"
          : item.running === (standing === "on")))
    );
  });
}

/** A cursor that is JSON, over several lines. */
export function readable(cursor: string): string {
  try {
    return JSON.stringify(JSON.parse(cursor), null, 2);
  } catch {
    return cursor;
  }
}
