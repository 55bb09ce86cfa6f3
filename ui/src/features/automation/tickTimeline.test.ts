import { describe, expect, it } from "vitest";

import type { TickView } from "../../api/client";
import { toTickTimeline } from "./tickTimeline";

const tick = (from: number, to: number) => ({ started_at: from, ended_at: to }) as TickView;

describe("toTickTimeline", () => {
  const line = (ticks: TickView[], next: number | null) =>
    toTickTimeline([{ name: "s", path: "/sensors/s", ticks, next }], 1_000, 880).lines[0];

  it("leaves out what ended before it begins, and cuts what began before", () => {
    expect(line([tick(10, 20), tick(100, 140)], null)?.bars.map((bar) => [bar.from, bar.to])).toEqual([
      [0, 0.02],
    ]);
  });

  it("shows the next tick where it comes soon", () => {
    expect(line([], 1_060)?.next).toBeCloseTo(0.94);
    expect(line([], 2_000)?.next).toBeNull();
    expect(line([], 990)?.next).toBeNull();
  });
});
