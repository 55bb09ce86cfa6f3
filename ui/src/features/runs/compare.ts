import type { RunDetail, RunView } from "../../api/client";
import { toDuration, toExact } from "../../components/format";
import { RUN_LOOKS } from "../../components/status";
import { causeText, partitionText } from "./RunTable";

/** Something that two runs may differ in, as a person reads it. */
export interface Fact {
  readonly name: string;
  readonly mine: string;
  readonly other: string;
}

/** How two runs went, and in what they were asked for differently; what is equal in both is left out. */
export function compareFacts({ run: mine }: RunDetail, { run: other }: RunDetail): Fact[] {
  const fact = (name: string, tell: (run: RunView) => string): Fact => ({
    name,
    mine: tell(mine),
    other: tell(other),
  });
  const always = [
    fact("Requested", (run) => toExact(run.created_at)),
    fact("Status", (run) => RUN_LOOKS[run.status]?.label ?? run.status),
    fact("In the queue", (run) => lengthText(run.created_at, run.started_at)),
    fact("Took", (run) => lengthText(run.started_at, run.ended_at)),
  ];
  const tags = [...new Set([...Object.keys(mine.tags), ...Object.keys(other.tags)])].sort();
  const differing = [
    fact("Requested by", causeText),
    fact("Partition", (run) => partitionText(run) ?? "–"),
    fact("Assets", (run) => run.assets.join(", ")),
    fact("Location", (run) => run.location),
    ...tags.map((tag) => fact(`Tag ${tag}`, (run) => run.tags[tag] ?? "–")),
    fact("Config", (run) => JSON.stringify(run.run_config ?? {})),
    fact("Error", (run) => run.error?.message ?? "–"),
  ].filter((each) => each.mine !== each.other);
  return [...always, ...differing];
}

function lengthText(from: number | null, to: number | null): string {
  return from === null || to === null ? "–" : toDuration(to - from);
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
