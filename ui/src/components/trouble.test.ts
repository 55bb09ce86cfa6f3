import { describe, expect, it } from "vitest";

import type { AssetRow } from "../api/client";
import { troublesOf } from "./trouble";

const row = (key: string, status: string, failed = 0, freshness: string | null = null) =>
  ({ key, status, checks: { failed }, freshness, latest_materialization: null }) as unknown as AssetRow;

describe("troublesOf", () => {
  it("names the gravest reason of each, and puts the gravest first", () => {
    const found = troublesOf(
      [
        row("s", "stale"),
        row("ok", "fresh"),
        row("l", "reported"),
        row("c", "stale", 1),
        row("f", "failed", 1),
        row("promised", "fresh", 0, "FAIL"),
      ],
      new Set(["l"]),
    );

    expect(found.map(({ row: each, reason }) => [each.key, reason])).toEqual([
      ["f", "failed"],
      ["c", "checks"],
      ["l", "late"],
      ["promised", "late"],
      ["s", "stale"],
    ]);
  });
});
