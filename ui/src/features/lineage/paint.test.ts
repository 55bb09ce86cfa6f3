import { describe, expect, it } from "vitest";

import { CARD, type Scene } from "../../graph/scene";
import { columnCurve } from "./paint";

const EDGE = { up: 0, upLine: 0, down: 1, downLine: 0, lit: false };

function sceneAt(x: readonly number[], y: readonly number[]): Scene {
  return { x: Float32Array.from(x), y: Float32Array.from(y) } as unknown as Scene;
}

describe("columnCurve", () => {
  it("goes from the side of a card that faces the other to that one's", () => {
    const [from, , , to] = columnCurve(sceneAt([0, 400], [0, 0]), EDGE);
    const [back, , , there] = columnCurve(sceneAt([400, 0], [0, 0]), EDGE);

    expect([from.x, to.x]).toEqual([CARD.width, 400]);
    expect([back.x, there.x]).toEqual([400, CARD.width]);
  });

  it("swings round one side of cards that stand above each other", () => {
    const [from, first, second, to] = columnCurve(sceneAt([0, 20], [0, 300]), EDGE);

    expect([from.x, to.x]).toEqual([CARD.width, 20 + CARD.width]);
    expect(first.x).toBe(second.x);
    expect(first.x).toBeGreaterThan(to.x);
    expect(first.x).toBeLessThan(to.x + 60);
  });
});
