import { describe, expect, it } from "vitest";

import {
  isElsewhere,
  plural,
  toDuration,
  toExact,
  toExactIn,
  toNumber,
  toRelative,
  toInterval,
} from "./format";
import { assetPath, showKey, toParts } from "./keys";

describe("times", () => {
  it("are told in the largest unit that fits", () => {
    expect([2, 70, 7_300, 200_000].map((ago) => toRelative(1_000_000 - ago, 1_000_000))).toEqual([
      "just now",
      "1 min ago",
      "2 h ago",
      "2 d ago",
    ]);
  });

  it("are told by the clock of another zone", () => {
    const noon = Date.UTC(2026, 6, 1, 12) / 1000;
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

    expect(toExactIn(noon, "Asia/Tokyo")).toContain("09:00:00");
    expect(toExactIn(noon, "Europe/Berlin")).toContain("02:00:00");
    expect([isElsewhere(noon, here), isElsewhere(noon, "Asia/Kathmandu")]).toEqual([false, true]);
  });

  it("are told by the reader's clock where the browser does not know the zone", () => {
    expect([toExactIn(0, "Mars/Olympus"), isElsewhere(0, "Mars/Olympus")]).toEqual([toExact(0), false]);
  });

  it("may lie ahead", () => {
    expect(toRelative(1_000_030, 1_000_000)).toBe("in 30 s");
  });

  it("have lengths", () => {
    expect([0.0123, 3.2, 42, 75, 4_000].map(toDuration)).toEqual([
      "12 ms",
      "3.20 s",
      "42.0 s",
      "1 min 15 s",
      "1 h 6 min",
    ]);
  });
});

describe("numbers", () => {
  it("are grouped", () => {
    expect(toNumber(1_234_567.891)).toBe("1 234 567.89");
    expect([0, 999, 1_000, -12_345_678].map(toNumber)).toEqual(["0", "999", "1 000", "-12 345 678"]);
  });

  it("go with their noun", () => {
    expect([plural(1, "run"), plural(2, "run")]).toEqual(["1 run", "2 runs"]);
  });
});

describe("keys", () => {
  it("are split at slashes that are not escaped", () => {
    expect(toParts("lake/a\\/b/c\\\\d")).toEqual(["lake", "a/b", "c\\d"]);
  });

  it("show parts that are empty", () => {
    expect([showKey("a/"), showKey("\\"), showKey("")]).toEqual(["a / ∅", "∅", "∅"]);
  });

  it("show signs that could not be seen", () => {
    expect(showKey("a\nb/\u202etxt/\u200b/👩‍🚀")).toBe("a\\u000ab / \\u202etxt / \\u200b / 👩‍🚀");
  });

  it("travel in addresses", () => {
    expect(assetPath("a b/c&d", "events")).toBe("/asset?key=a%20b%2Fc%26d&tab=events");
  });
});

describe("toInterval", () => {
  it("takes the largest unit that fits", () => {
    expect([1, 90, 120, 3_600, 5_400, 172_800].map(toInterval)).toEqual([
      "1 s",
      "90 s",
      "2 min",
      "1 h",
      "90 min",
      "2 d",
    ]);
  });
});
