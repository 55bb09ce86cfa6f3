import { beforeEach, describe, expect, it } from "vitest";

import { readViews, removeView, saveView } from "./views";

describe("saved views", () => {
  beforeEach(() => {
    localStorage.clear();
  });

  it("are kept, replaced by name, and removed", () => {
    saveView({ name: "Mine", search: "owner=me" });
    saveView({ name: "Mine", search: "owner=us" });
    saveView({ name: "Other", search: "" });

    expect(readViews()).toHaveLength(2);
    expect(readViews()[0]).toEqual({ name: "Mine", search: "owner=us" });
    expect(removeView("Mine").map((view) => view.name)).toEqual(["Other"]);
  });

  it("are none where the browser kept nonsense", () => {
    localStorage.setItem("headwater.catalog.views", '[{"name": 3}, "x", {"name": "a", "search": ""}]');
    expect(readViews()).toHaveLength(1);
    localStorage.setItem("headwater.catalog.views", "{");
    expect(readViews()).toEqual([]);
  });
});
