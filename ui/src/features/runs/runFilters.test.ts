import { expect, test } from "vitest";

import {
  isNarrowed,
  neighbourSpan,
  readRunFilters,
  spanOf,
  toOverlapRequest,
  toRunRequest,
} from "./runFilters";

const read = (search: string) => readRunFilters(new URLSearchParams(search));

test("an address says which runs are asked for", () => {
  const filters = read(
    "status=failure&tag=team%3Dfinance&tag=urgent&cause=sensor&by=files&since=10&until=20",
  );

  expect(toRunRequest(filters, 1_000)).toMatchObject({
    status: "failure",
    tag: ["team=finance", "urgent"],
    cause: "sensor",
    cause_name: "files",
    since: 10,
    until: 20,
  });
});

test("a stretch that ends now asks the same for a minute", () => {
  const filters = read("last=3600");
  const first = toRunRequest(filters, 7_260);

  expect(first).toMatchObject({ since: 3_660, until: null });
  expect(toRunRequest(filters, 7_319)).toEqual(first);
  expect(toRunRequest(filters, 7_320)).toMatchObject({ since: 3_720 });
});

test("over time, a run counts that was requested before and not over yet", () => {
  expect(toOverlapRequest(read("since=10&until=20&job=nightly"), 1_000)).toEqual({
    ...toRunRequest(read("job=nightly"), 1_000),
    since: undefined,
    until: 20,
    active_since: 10,
  });
});

test("what is no number in an address is no moment", () => {
  expect(spanOf(read("since=yesterday"), 50)).toEqual({ begin: null, end: 50 });
  expect(isNarrowed(new URLSearchParams("view=asset"))).toBe(false);
  expect(isNarrowed(new URLSearchParams("job=nightly"))).toBe(true);
});

test("one goes back a stretch and forward to now again", () => {
  const back = neighbourSpan(read("last=100"), 1_000, -1);

  expect(back).toEqual({ since: 800, until: 900 });
  expect(neighbourSpan(read("since=700&until=800"), 1_000, 1)).toEqual({ since: 800, until: 900 });
  expect(neighbourSpan(read("since=850&until=950"), 1_000, 1)).toEqual({ last: 100 });
});
