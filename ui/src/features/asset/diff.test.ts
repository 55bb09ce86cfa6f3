import { describe, expect, it } from "vitest";

import type { EventView } from "../../api/client";
import { changeOf, compare } from "./diff";

const event = (metadata: EventView["metadata"]) => ({ metadata }) as unknown as EventView;

describe("compare", () => {
  it("tells what came, went and changed, and by how much", () => {
    const { differences, alike } = compare(
      event({
        rows: { type: "int", value: 10 },
        path: { type: "path", value: "a" },
        same: { type: "int", value: 1 },
      }),
      event({
        rows: { type: "int", value: 7 },
        note: { type: "text", value: "x" },
        same: { type: "int", value: 1 },
      }),
    );

    expect(differences.map((each) => [each.name, each.by])).toEqual([
      ["note", null],
      ["path", null],
      ["rows", -3],
    ]);
    expect(differences[0]?.before).toBeNull();
    expect(differences[1]?.after).toBeNull();
    expect(alike).toBe(1);
  });
});

describe("changeOf", () => {
  it("says how far a number went and how much later a time is", () => {
    const { differences } = compare(
      event({ rows: { type: "int", value: 10 }, at: { type: "timestamp", value: 100 } }),
      event({ rows: { type: "int", value: 12 }, at: { type: "timestamp", value: 220 } }),
    );

    expect(differences.map(changeOf)).toEqual(["2 min 0 s later", "+2"]);
  });
});
