import { describe, expect, it } from "vitest";

import type { RunView } from "../../api/client";
import { actionText, carryOutAll, consequenceText, offersOf } from "./bulk";

const run = (run_id: string, status: string, started_at: number | null, ended_at: number | null) =>
  ({ run_id, status, started_at, ended_at }) as RunView;
const queued = run("queued", "queued", null, null);
const going = run("going", "started", 1, null);
const failed = run("failed", "failure", 1, 2);
const good = run("good", "success", 1, 2);

describe("offersOf", () => {
  it("cancels what goes on, and does again what has ended", () => {
    expect(offersOf([queued, going, failed, good])).toEqual([
      ["cancel", [queued, going]],
      ["again", [failed, good]],
      ["undone", [failed]],
    ]);
    expect(offersOf([good]).map(([action]) => action)).toEqual(["again"]);
  });
});

describe("consequenceText", () => {
  it("tells what is queued from what is under way", () => {
    expect(consequenceText("cancel", [queued])).toBe("1 run will leave the queue at once.");
    expect(consequenceText("cancel", [queued, going])).toContain("The processes of 1 run are ended");
    expect(actionText("undone", 2)).toBe("Run what 2 runs left undone");
  });
});

describe("carryOutAll", () => {
  it("goes on after a refusal, and gives it back with its reason", async () => {
    const asked: string[] = [];
    const refused = await carryOutAll("cancel", [queued, failed, going], (_, { run_id }) => {
      asked.push(run_id);
      return run_id === "failed" ? Promise.reject(new Error("it has ended")) : Promise.resolve();
    });

    expect(asked).toEqual(["queued", "failed", "going"]);
    expect(refused).toEqual([{ run: failed, reason: "it has ended" }]);
  });
});
