import type { RunDetail } from "../../api/client";

/** The assets of a run that it did not make. */
export function undoneOf({ run, steps }: RunDetail): string[] {
  const made = new Set(steps.filter((step) => step.status === "success").flatMap((step) => step.assets));
  return run.assets.filter((key) => !made.has(key));
}

export interface StepPair {
  readonly name: string;
  /** Seconds; null where the run had no such step, or it did not end. */
  readonly mine: number | null;
  readonly other: number | null;
}

/** The steps of two runs side by side, in the order of the first. */
export function compareSteps(mine: RunDetail, other: RunDetail): StepPair[] {
  const names = [...new Set([...mine.steps, ...other.steps].map((step) => step.name))];
  const took = (detail: RunDetail, name: string) => {
    const step = detail.steps.find((each) => each.name === name);
    return step?.started_at != null && step.ended_at !== null ? step.ended_at - step.started_at : null;
  };
  return names.map((name) => ({ name, mine: took(mine, name), other: took(other, name) }));
}
