import { describe, expect, it } from "vitest";

import { find } from "./search";

const ALL = [
  { id: "1", label: "reorders" },
  { id: "2", label: "lake / orders_daily" },
  { id: "3", label: "customers", also: "team:orders" },
  { id: "4", label: "orders" },
  { id: "5", label: "orders_raw" },
];

describe("find", () => {
  it("ranks the name, its beginning, a word, a part, and what else finds it", () => {
    expect(find(ALL, "orders", 9).map((each) => each.id)).toEqual(["4", "5", "2", "1", "3"]);
  });

  it("wants every word", () => {
    expect(find(ALL, "orders lake", 9).map((each) => each.id)).toEqual(["2"]);
    expect(find(ALL, "orders nothing", 9)).toEqual([]);
  });

  it("stops at the most that are shown", () => {
    expect(find(ALL, "o", 2)).toHaveLength(2);
  });

  it("puts lesser things behind, unless they are named in full", () => {
    const group = { id: "6", label: "orders", lesser: true };

    expect(find([{ ...group, label: "orders team" }, ...ALL], "orders", 9).map((each) => each.id)).toEqual([
      "4",
      "5",
      "2",
      "6",
      "1",
      "3",
    ]);
    expect(find([group, { id: "7", label: "all orders" }], "orders", 9)[0]?.id).toBe("6");
  });
});
