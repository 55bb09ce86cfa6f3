import { expect, test } from "vitest";

import { keepText, toSize } from "./words";

test("a size has a unit that people read", () => {
  expect([0, 999, 1_000, 15_400, 2_345_678, 7e12].map(toSize)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "15 kB",
    "2.3 MB",
    "7.0 TB",
  ]);
});

test("what is kept is told in words", () => {
  expect(keepText({ days: null, count: null })).toBe("for ever");
  expect(keepText({ days: 30, count: null })).toBe("for 30 days");
  expect(keepText({ days: 1, count: 1000 })).toBe("for 1 day, the newest 1 000 ones");
});
