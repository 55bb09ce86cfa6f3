import { describe, expect, it } from "vitest";

import type { RunView } from "../../api/client";
import { ticksOf, toTimeline } from "./timeline";

const run = (run_id: string, assets: string[], created_at: number, ended_at: number | null) =>
  ({ run_id, assets, location: "code", created_at, started_at: created_at, ended_at }) as RunView;

describe("toTimeline", () => {
  const runs = [run("1", ["a", "b"], 0, 100), run("2", ["b"], 500, null)];

  it("has a line for each asset, and a run that goes on reaches to now", () => {
    const { lines } = toTimeline(runs, "asset", 1_000);

    expect(lines.map((line) => [line.name, line.bars.length])).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
    expect(lines[0]?.bars[0]).toMatchObject({ from: 0.5, to: 1 });
    expect(lines[1]?.bars[0]).toMatchObject({ from: 0, to: 0.1 });
  });

  it("cuts a run off at the ends of the stretch", () => {
    const { lines } = toTimeline(runs, "location", 1_000, { begin: 50, end: 550 });

    expect(lines[0]?.bars).toMatchObject([
      { from: 0.9, to: 1 },
      { from: 0, to: 0.1 },
    ]);
  });

  it("has a line for each location", () => {
    expect(toTimeline(runs, "location", 1_000).lines.map((line) => line.name)).toEqual(["code"]);
  });
});

describe("ticksOf", () => {
  it("names a handful of whole moments", () => {
    expect(ticksOf(10, 7_210)).toEqual([3_600, 7_200]);
    expect(ticksOf(0, 86_400 * 30).length).toBeLessThanOrEqual(7);
  });
});
