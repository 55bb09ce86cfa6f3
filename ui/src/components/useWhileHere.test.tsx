import { act, render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { expect, test } from "vitest";

import { useWhileHere } from "./useWhileHere";

function open(basename: string) {
  const done: string[] = [];
  let later: (what: string) => void = () => undefined;
  function Here() {
    later = useWhileHere((what: string) => done.push(what));
    return null;
  }
  const router = createMemoryRouter(
    [
      { path: "/here", Component: Here },
      { path: "/there", Component: () => null },
      { path: "/elsewhere", lazy: () => new Promise<never>(() => undefined) },
    ],
    { basename, initialEntries: [`${basename}/here`.replace("//", "/")] },
  );
  render(<RouterProvider router={router} />);
  return {
    router,
    done,
    later: (what: string) => {
      later(what);
    },
  };
}

test.each(["/", "/prod"])("what follows later is done here, below %s", (basename) => {
  const { done, later } = open(basename);

  later("resting");

  expect(done).toEqual(["resting"]);
});

test("it is not done on the way to a page that is still fetched", () => {
  const { router, done, later } = open("/");

  act(() => {
    void router.navigate("/elsewhere");
    later("leaving, which no render knows yet");
  });
  later("leaving");

  expect(done).toEqual([]);
});

test("it is not done to the address of a page that has come and is not drawn yet", async () => {
  const { router, done, later } = open("/");

  await act(async () => {
    await router.navigate("/there");
    later("there");
  });

  expect(done).toEqual([]);
});
