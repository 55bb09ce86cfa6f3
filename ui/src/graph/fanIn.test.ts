import { describe, expect, it } from "vitest";

import { wideFanIns } from "./fanIn";

const inputs = (count: number, to: number) => Array.from({ length: count }, (_, n) => [n, to] as const);

describe("wideFanIns", () => {
  it("gathers many inputs of the same, and leaves few as they are", () => {
    expect(wideFanIns({ size: 12, edges: inputs(11, 11) }, null)).toEqual([
      { members: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], below: [11] },
    ]);
    expect(wideFanIns({ size: 10, edges: inputs(9, 9) }, null)).toEqual([]);
  });

  it("keeps apart what leads elsewhere too", () => {
    const edges = [...inputs(11, 11), [3, 12] as const];

    expect(wideFanIns({ size: 13, edges }, null)[0]?.members).toEqual([0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
  });

  it("keeps apart what stands in different boxes", () => {
    const groups = Array.from({ length: 12 }, (_, n) => (n < 6 ? "a" : "b"));

    expect(wideFanIns({ size: 12, edges: inputs(11, 11) }, groups)).toEqual([]);
  });

  it("never takes two of which one leads to the other", () => {
    const edges = [...inputs(11, 11), [0, 1] as const];

    expect(wideFanIns({ size: 12, edges }, null)[0]?.members).not.toContain(0);
  });
});
