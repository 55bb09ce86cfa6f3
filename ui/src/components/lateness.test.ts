import { describe, expect, it } from "vitest";

import type { AssetRow } from "../api/client";
import { latenessOf } from "./lateness";

const row = (freshness: string | null) => ({ key: "orders", freshness }) as AssetRow;

describe("latenessOf", () => {
  it("goes by the policy where there is one, whatever is usual", () => {
    const overdue = new Set(["orders"]);

    expect(["FAIL", "WARN", "PASS", "UNKNOWN"].map((state) => latenessOf(row(state), overdue))).toEqual([
      "late",
      "soon",
      "on_time",
      null,
    ]);
  });

  it("goes by the usual arrival where there is none", () => {
    expect([latenessOf(row(null), new Set(["orders"])), latenessOf(row(null), new Set())]).toEqual([
      "late",
      null,
    ]);
  });
});
