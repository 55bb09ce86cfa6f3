import { act, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { useNow, useNowClosely } from "./useNow";

function Shown({ look }: { look: () => number }) {
  return <p>{look()}</p>;
}

function pass(milliseconds: number): void {
  act(() => {
    vi.advanceTimersByTime(milliseconds);
  });
}

describe("the time on a page", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is that of now when somebody begins to look, and moves on in steps", () => {
    vi.setSystemTime(2_000_000);
    render(<Shown look={useNow} />);
    expect(screen.getByText("2000")).toBeTruthy();

    pass(4_000);
    expect(screen.getByText("2000")).toBeTruthy();
    pass(1_000);
    expect(screen.getByText("2005")).toBeTruthy();
  });

  it("moves on by the second where something is watched, until nobody looks", () => {
    vi.setSystemTime(3_000_000);
    const shown = render(<Shown look={useNowClosely} />);
    pass(1_000);
    expect(screen.getByText("3001")).toBeTruthy();

    shown.unmount();

    expect(vi.getTimerCount()).toBe(0);
  });
});
