import { act, render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, test } from "vitest";

import { useWhileHere } from "./useWhileHere";

test("what follows later is done here, and not on the way to a page that is still fetched", () => {
  const done: string[] = [];
  let later: (what: string) => void = () => undefined;
  function Here() {
    later = useWhileHere((what: string) => done.push(what));
    return null;
  }
  const router = createMemoryRouter([
    { path: "/", Component: Here },
    { path: "/elsewhere", lazy: () => new Promise<never>(() => undefined) },
  ]);
  render(<RouterProvider router={router} />);

  later("resting");
  act(() => {
    void router.navigate("/elsewhere");
    later("leaving, which no render knows yet");
  });
  later("leaving");

  expect(done).toEqual(["resting"]);
});
