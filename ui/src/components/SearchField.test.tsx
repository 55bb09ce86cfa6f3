import { MantineProvider } from "@mantine/core";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { createContext, type ReactNode, useContext } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { SearchField } from "./SearchField";

const Shown = createContext<ReactNode>(null);
const router = createMemoryRouter([{ path: "/", Component: () => useContext(Shown) }]);

function field(text: string, onSearch: (text: string) => void) {
  return (
    <MantineProvider>
      <Shown value={<SearchField aria-label="Search" text={text} onSearch={onSearch} />}>
        <RouterProvider router={router} />
      </Shown>
    </MantineProvider>
  );
}

const shown = () => screen.getByLabelText<HTMLInputElement>("Search").value;

describe("SearchField", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("shows every letter at once, and tells of them together", () => {
    const told: string[] = [];
    const { rerender } = render(field("", (text) => told.push(text)));
    for (const text of ["o", "or", "ord"]) {
      fireEvent.change(screen.getByLabelText("Search"), { target: { value: text } });
      rerender(field("", (each) => told.push(each)));
      expect(shown()).toBe(text);
    }
    act(() => void vi.runAllTimers());

    expect(told).toEqual(["ord"]);
  });

  it("follows an address that changed by other means", () => {
    const { rerender } = render(field("a", () => undefined));
    rerender(field("b", () => undefined));

    expect(shown()).toBe("b");
  });
});
