import { describe, expect, it } from "vitest";

import type { Scene } from "./scene";
import { walk } from "./walk";

/** Two in the first column, two in the second, of which the lower one is made from the upper one of the first. */
const SCENE = {
  x: Float32Array.from([0, 0, 300, 300]),
  y: Float32Array.from([0, 100, 0, 100]),
  assets: [[0], [1], [2], [3]],
  edges: [{ up: 0, down: 3, inner: true }],
  down: false,
} as unknown as Scene;

describe("walk", () => {
  it("follows edges to what is made from an asset, and back", () => {
    expect(walk(SCENE, 0, "right")).toBe(3);
    expect(walk(SCENE, 3, "left")).toBe(0);
  });

  it("goes to the nearest where no edge leads that way", () => {
    expect(walk(SCENE, 1, "right")).toBe(3);
    expect(walk(SCENE, 0, "down")).toBe(1);
    expect(walk(SCENE, 3, "up")).toBe(2);
  });

  it("stays at the end", () => {
    expect(walk(SCENE, 0, "left")).toBeNull();
    expect(walk(SCENE, 1, "down")).toBeNull();
  });
});
