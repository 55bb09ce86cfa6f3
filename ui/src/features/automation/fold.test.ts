import { describe, expect, it } from "vitest";

import type { TickView } from "../../api/client";
import { foldAlike } from "./fold";

function tick(id: number, status: TickView["status"], message: string | null): TickView {
  return {
    tick_id: id,
    sensor: "s",
    status,
    started_at: id,
    ended_at: id,
    due_at: id,
    scheduled_at: null,
    skip_message: message,
    error: null,
    attempt: 1,
    cursor: null,
    values_changed: 0,
    consumed: [],
    events: [],
    event_assets: [],
    run_ids: [],
    partitions: [],
    log: [],
  };
}

describe("foldAlike", () => {
  it("joins equal skips that follow each other, and nothing else", () => {
    const ticks = [
      tick(6, "skipped", "nothing"),
      tick(5, "skipped", "nothing"),
      tick(4, "success", null),
      tick(3, "skipped", "nothing"),
      tick(2, "skipped", "too early"),
      tick(1, "failure", null),
    ];

    expect(foldAlike(ticks).map(({ tick: each, count }) => [each.tick_id, count])).toEqual([
      [6, 2],
      [4, 1],
      [3, 1],
      [2, 1],
      [1, 1],
    ]);
  });

  it("joins failures of one message, and says since when", () => {
    const failed = (id: number, message: string): TickView => ({
      ...tick(id, "failure", null),
      error: { type: "ValueError", message, traceback: "" },
    });

    const folded = foldAlike([
      failed(4, "no key"),
      failed(3, "no key"),
      failed(2, "no key"),
      failed(1, "no host"),
    ]);

    expect(folded.map(({ tick: each, count, since }) => [each.tick_id, count, since])).toEqual([
      [4, 3, 2],
      [1, 1, 1],
    ]);
  });
});
