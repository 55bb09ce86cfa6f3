import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MemoryRouter } from "react-router";

import { AssetLink, Mark, Moment } from "./marks";
import { ASSET_LOOKS } from "./status";

function show(element: React.ReactNode) {
  return render(
    <MantineProvider>
      <MemoryRouter>{element}</MemoryRouter>
    </MantineProvider>,
  );
}

describe("marks", () => {
  it("say their state in words, also where only the dot is seen", () => {
    show(<Mark bare look={ASSET_LOOKS.stale} />);

    expect(screen.getByRole("img", { name: "Stale" })).toBeTruthy();
  });

  it("link an asset by its whole key", () => {
    show(<AssetLink assetKey="lake/clicks" />);

    expect(screen.getByRole("link").getAttribute("href")).toBe("/asset?key=lake%2Fclicks");
  });

  it("show the exact time on hover", () => {
    show(<Moment at={Date.now() / 1000 - 150} />);

    const time = screen.getByText("2 min ago");
    expect(time.getAttribute("title")).toContain(String(new Date().getFullYear()));
  });
});
