import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { reportsOf } from "./reports";

const ref = (seq: number, run: string | null = null) => ({
  seq,
  timestamp: seq,
  partition: null,
  run_id: run,
});
const row = (key: string, made: ReturnType<typeof ref> | null, seen: ReturnType<typeof ref> | null = null) =>
  ({ key, latest_materialization: made, latest_observation: seen }) as AssetRow;

describe("reportsOf", () => {
  it("has the last of each that came from outside, the newest first", () => {
    const rows = [
      row("old", ref(1)),
      row("made here", ref(9, "run")),
      row("seen", ref(2), ref(5)),
      row("no", null),
    ];

    expect(reportsOf(rows).map(({ row: each, kind }) => [each.key, kind])).toEqual([
      ["seen", "observed"],
      ["old", "updated"],
    ]);
  });
});
