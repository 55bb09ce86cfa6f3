import { expect, test } from "vitest";

import type { StandingRange } from "../../api/client";
import { toMapItems } from "./mapItems";

const range = (first: string, last: string, count: number): StandingRange => ({
  status: "materialized",
  first,
  last,
  count,
  reason: null,
});

test("days between the ends of a range have their names", () => {
  const items = toMapItems([range("2026-02-27", "2026-03-01", 3), range("2026-03-05", "2026-03-05", 1)]);

  expect(items.map((item) => item.key)).toEqual(["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-05"]);
});

test("others are told by their place", () => {
  expect(toMapItems([range("de", "us", 3)]).map((item) => item.key)).toEqual(["de", "2 of 3, de … us", "us"]);
  // As far apart as days, but some of them are left out.
  expect(toMapItems([range("2026-01-01", "2026-01-08", 2)]).map((item) => item.key)).toEqual([
    "2026-01-01",
    "2026-01-08",
  ]);
});
