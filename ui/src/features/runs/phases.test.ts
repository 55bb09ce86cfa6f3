import { describe, expect, it } from "vitest";

import type { RunDetail, StepView } from "../../api/client";
import { secondsLeft, shareOf, toGantt } from "./phases";

const step = (name: string, more: Partial<StepView> = {}): StepView => ({
  name,
  status: "success",
  assets: [name],
  checks: [],
  started_at: null,
  ended_at: null,
  error: null,
  ...more,
});

const detail = (run: Partial<RunDetail["run"]>, steps: StepView[]): RunDetail => ({
  run: {
    run_id: "r",
    status: "started",
    assets: ["a", "b"],
    partition: null,
    partition_range: null,
    location: "code",
    cause: { kind: "app", name: null, reason: null, events: [] },
    tags: {},
    created_at: 100,
    started_at: 110,
    ended_at: null,
    error: null,
    attempt: 1,
    ...run,
  },
  partitions: [],
  steps,
});

describe("a run over its time", () => {
  it("begins with the queue, and shows what waits for its turn", () => {
    const gantt = toGantt(detail({}, [step("a", { status: "started", started_at: 112 })]), 120);

    expect(gantt.rows.map((row) => [row.name, row.phases])).toEqual([
      ["Queue", [{ kind: "queued", from: 100, to: 110 }]],
      [
        "a",
        [
          { kind: "waiting", from: 110, to: 112 },
          { kind: "running", from: 112, to: 120 },
        ],
      ],
      ["b", [{ kind: "waiting", from: 110, to: 120 }]],
    ]);
  });

  it("reaches to what happened last where the page's clock is behind", () => {
    const steps = [
      step("a", { started_at: 111, ended_at: 114 }),
      step("b", { status: "started", started_at: 115 }),
    ];
    const { begin, end, rows } = toGantt(detail({}, steps), 90);
    const moments = rows.flatMap((row) => row.phases.flatMap(({ from, to }) => [from, to]));

    expect([begin, end]).toEqual([100, 115]);
    expect(moments.every((moment) => begin <= moment && moment <= end)).toBe(true);
  });

  it("tells a step that could begin from one whose inputs were still made, and its process from its work", () => {
    const made = step("b", { ready_at: 114, started_at: 115, process_started_at: 116, ended_at: 120 });
    const gantt = toGantt(detail({ ended_at: 120, assets: ["b"] }, [made]), 500);

    expect(gantt.rows[1]?.phases).toEqual([
      { kind: "waiting", from: 114, to: 115 },
      { kind: "starting", from: 115, to: 116 },
      { kind: "running", from: 116, to: 120 },
    ]);
  });

  it("has no row for a queue that took no time", () => {
    const gantt = toGantt(
      detail({ started_at: 100.001, ended_at: 120, status: "failure" }, [
        step("a", { status: "failure", started_at: 100.001, ended_at: 120 }),
        step("b", { status: "skipped", started_at: 120, ended_at: 120 }),
      ]),
      500,
    );

    expect(gantt.end).toBe(120);
    expect(gantt.rows.map((row) => [row.name, row.phases.map((each) => each.kind)])).toEqual([
      ["a", ["running"]],
      ["b", []],
    ]);
  });
});

describe("how far a step is", () => {
  it("is what it says itself", () => {
    const told = step("a", {
      status: "started",
      started_at: 100,
      expected_seconds: 1_000,
      progress: { done: 1, total: 4, share: 0.25, text: null, told_at: 110 },
    });

    expect(shareOf(told, 110)).toEqual({ share: 0.25, isEstimate: false });
    expect(secondsLeft(told, 110)).toBe(30);
  });

  it("is estimated from how long it took lately, and never the end", () => {
    const silent = step("a", { status: "started", started_at: 100, expected_seconds: 10 });

    expect(shareOf(silent, 105)).toEqual({ share: 0.5, isEstimate: true });
    expect(secondsLeft(silent, 105)).toBe(5);
    expect(shareOf(silent, 500)).toEqual({ share: 0.99, isEstimate: true });
    expect(shareOf(silent, 98)).toEqual({ share: 0, isEstimate: true });
    expect(shareOf(step("a", { status: "started", started_at: 100 }), 500)).toBeNull();
  });
});
