import { act, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { useHeld } from "./useHeld";

const follow = (items: number[], reading: boolean) =>
  renderHook(({ items, reading }) => useHeld(items, (item) => item, reading), {
    initialProps: { items, reading },
  });

describe("useHeld", () => {
  it("shows what comes in at once while nobody reads", () => {
    const { result, rerender } = follow([2, 1], false);
    rerender({ items: [3, 2, 1], reading: false });

    expect(result.current.shown).toEqual([3, 2, 1]);
  });

  it("lets newer ones wait while the list is read, and older ones follow", () => {
    const { result, rerender } = follow([3, 2], true);
    rerender({ items: [5, 4, 3, 2, 1], reading: true });

    expect(result.current.shown).toEqual([3, 2, 1]);
    expect(result.current.waiting).toBe(2);
  });

  it("shows them when asked, and once the reader has gone", () => {
    const { result, rerender } = follow([1], true);
    rerender({ items: [2, 1], reading: true });
    act(() => {
      result.current.release();
    });
    expect(result.current.shown).toEqual([2, 1]);

    rerender({ items: [3, 2, 1], reading: true });
    expect(result.current.waiting).toBe(1);
    rerender({ items: [3, 2, 1], reading: false });
    expect(result.current.waiting).toBe(0);
  });
});
