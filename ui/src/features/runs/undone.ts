import type { RunDetail, Schemas } from "../../api/client";

/** The assets of a run that it did not make. */
export function undoneOf({ run, steps }: RunDetail): string[] {
  const made = new Set(steps.filter((step) => step.status === "success").flatMap((step) => step.assets));
  return run.assets.filter((key) => !made.has(key));
}

/** Tags that say what a run belongs to; a run that is asked for by hand belongs to nothing. */
const BELONGING = new Set(["headwater/backfill", "headwater/retry_of"]);

/** All of a run once more: its assets or checks, its partitions, tags and config. */
export function toRepeat({ run, partitions }: RunDetail): Partial<Schemas["RunRequestBody"]> {
  const checks = run.checks ?? [];
  return {
    ...(checks.length > 0 ? { checks } : { assets: run.assets }),
    ...(run.partition === null ? {} : { partition: run.partition }),
    ...(partitions.length === 0 ? {} : { partitions }),
    tags: Object.fromEntries(Object.entries(run.tags).filter(([name]) => !BELONGING.has(name))),
    run_config: run.run_config ?? {},
  };
}
