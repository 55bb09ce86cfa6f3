import { expect, test } from "vitest";

import { toCommands } from "./searchHits";

const goal = (
  kind: "asset" | "job" | "sensor" | "schedule" | "run" | "backfill",
  found_in: "name" | "column" | "check" | "owner" | "id",
) => {
  const [command] = toCommands([{ kind, name: "sales/a b", found_in, text: "t&x" }], (path) => () => path);
  return [command?.label, command?.description, command?.run()];
};

test("what is told of a description is without its signs", () => {
  const [command] = toCommands(
    [{ kind: "job", name: "nightly", found_in: "description", text: "Makes **all** of `marts/*`." }],
    (path) => () => path,
  );

  expect(command?.description).toBe("Job, by its description: Makes all of marts/*.");
});

test("what the server found leads to the place that fits best", () => {
  expect(goal("asset", "name")).toEqual(["sales / a b", "Asset", "/asset?key=sales%2Fa%20b"]);
  expect(goal("asset", "column")).toEqual([
    "t&x",
    "Column of sales / a b",
    "/asset?key=sales%2Fa%20b&tab=columns&column=t%26x",
  ]);
  expect(goal("asset", "check")).toEqual([
    "sales / a b",
    "Asset, by its check: t&x",
    "/asset?key=sales%2Fa%20b&tab=checks",
  ]);
  expect(goal("job", "owner")).toEqual(["sales/a b", "Job, by its owner: t&x", "/jobs/sales%2Fa%20b"]);
  expect(goal("run", "id")).toEqual(["Run sales/a b", "T&x", "/runs/sales%2Fa%20b"]);
  expect(goal("backfill", "id")).toEqual(["Backfill sales/a b", "T&x", "/backfills/sales%2Fa%20b"]);
  expect(goal("schedule", "name")).toEqual(["sales/a b", "Schedule", "/schedules/sales%2Fa%20b"]);
});
