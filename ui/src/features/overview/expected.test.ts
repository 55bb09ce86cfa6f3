import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { expectedNext } from "./expected";

const arrival = (key: string, at: number, late = false) =>
  ({ key, expected_at: at, late }) as Schemas["ArrivalView"];
const schedule = (name: string, at: number | null, running = true) =>
  ({ name, next_tick_at: at, running }) as Schemas["ScheduleView"];

describe("expectedNext", () => {
  it("puts reports and ticks in one order, without what is late or off", () => {
    const found = expectedNext(
      [arrival("orders", 300), arrival("late", 50, true)],
      [schedule("nightly", 200), schedule("off", 100, false), schedule("never", null)],
      90,
    );

    expect(found.map((each) => each.name)).toEqual(["nightly", "orders"]);
  });
});
