import { describe, expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import { changesOf } from "./changes";

const row = (key: string, status: string, failed = 0) =>
  ({ key, status, checks: { failed } }) as unknown as AssetRow;

describe("changesOf", () => {
  it("tells what began to fail and what no longer does", () => {
    const before = [row("a", "failed"), row("b", "fresh"), row("c", "fresh", 1), row("d", "failed")];
    const after = [row("a", "fresh"), row("b", "fresh", 2), row("c", "failed"), row("new", "failed")];

    expect(changesOf(before, after)).toEqual({ broke: ["b", "new"], mended: ["a"] });
  });
});
