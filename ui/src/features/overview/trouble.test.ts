import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { troublesOf } from "./trouble";

const row = (key: string, status: string, failed = 0) =>
  ({ key, status, checks: { failed }, latest_materialization: null }) as unknown as AssetRow;

describe("troublesOf", () => {
  it("names the gravest reason of each, and puts the gravest first", () => {
    const arrival = { every: 60, last_at: 0, expected_at: 60 };
    const found = troublesOf(
      [
        row("s", "stale"),
        row("ok", "fresh"),
        row("l", "reported"),
        row("c", "stale", 1),
        row("f", "failed", 1),
      ],
      [
        { key: "l", late: true, ...arrival },
        { key: "ok", late: false, ...arrival },
      ],
    );

    expect(found.map(({ row: each, reason }) => [each.key, reason])).toEqual([
      ["f", "failed"],
      ["c", "checks"],
      ["l", "late"],
      ["s", "stale"],
    ]);
  });
});
