import { expect, test } from "vitest";

import type { SensorView } from "../../api/client";
import { callsText, narrow, readable } from "./words";

const item = (name: string, running: boolean, status?: string) =>
  ({ name, description: null, running, last_tick: status ? { status } : null }) as unknown as SensorView;

test("a list is narrowed by what is on, off or failing, and by words", () => {
  const all = [
    item("partner_files", true, "success"),
    item("sftp", true, "failure"),
    item("old_files", false),
  ];

  expect(narrow(all, "all", "FILES").map((each) => each.name)).toEqual(["partner_files", "old_files"]);
  expect(narrow(all, "failing", "").map((each) => each.name)).toEqual(["sftp"]);
  expect(narrow(all, "off", "old files").map((each) => each.name)).toEqual(["old_files"]);
  expect(narrow(all, "on", "old")).toEqual([]);
});

test("a sensor is called by the clock or for events", () => {
  expect(callsText({ kind: "interval", minimum_interval: 30 })).toBe("every 30 s at most");
  expect(callsText({ kind: "run_failure", minimum_interval: 30 })).toBe("on run failure");
});

test("a cursor that is JSON stands over several lines", () => {
  expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(readable("2026-01-01")).toBe("2026-01-01");
});
