import { renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import { useHeldOrder } from "./useHeldOrder";

interface Given {
  readonly items: readonly string[];
  readonly reading: boolean;
  readonly subject?: string;
}

const same = (item: string) => item;
const lookUp = (id: string) => (id === "dropped" ? undefined : id);
const follow = (first: Given) =>
  renderHook(
    ({ items, reading, subject = "" }: Given) => useHeldOrder(items, same, reading, subject, lookUp),
    {
      initialProps: first,
    },
  );

describe("useHeldOrder", () => {
  it("follows each change while nobody reads", () => {
    const { result, rerender } = follow({ items: ["a", "b"], reading: false });
    rerender({ items: ["b", "c", "a"], reading: false });

    expect(result.current).toEqual({ shown: ["b", "c", "a"], changes: 0 });
  });

  it("holds the order while it is read, and counts what moved, came and went", () => {
    const { result, rerender } = follow({ items: ["a", "b", "c", "d"], reading: true });
    rerender({ items: ["d", "a", "b", "new"], reading: true });

    expect(result.current).toEqual({ shown: ["a", "b", "c", "d"], changes: 3 });
    rerender({ items: ["d", "a", "b", "new"], reading: false });
    expect(result.current).toEqual({ shown: ["d", "a", "b", "new"], changes: 0 });
  });

  it("shows another order at once where its reader asked for it, and holds that", () => {
    const { result, rerender } = follow({ items: ["a", "b"], reading: true, subject: "up" });
    rerender({ items: ["b", "a"], reading: true, subject: "down" });
    expect(result.current.shown).toEqual(["b", "a"]);

    rerender({ items: ["a", "b"], reading: true, subject: "down" });
    expect(result.current).toEqual({ shown: ["b", "a"], changes: 1 });
  });

  it("lets go of what is nowhere any more", () => {
    const { result, rerender } = follow({ items: ["a", "dropped"], reading: true });
    rerender({ items: ["a"], reading: true });

    expect(result.current).toEqual({ shown: ["a"], changes: 1 });
  });
});
