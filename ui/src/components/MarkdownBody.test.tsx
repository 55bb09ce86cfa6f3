import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import MarkdownBody from "./MarkdownBody";

function draw(source: string) {
  return render(
    <MantineProvider>
      <MarkdownBody source={source} />
    </MantineProvider>,
  ).container;
}

describe("MarkdownBody", () => {
  it("draws tables, code and links", () => {
    draw("| a | b |\n|---|---|\n| 1 | 2 |\n\nSee `x` at [the docs](https://example.com).");

    expect(screen.getByRole("table")).toBeTruthy();
    expect(screen.getByRole("link", { name: "the docs" }).getAttribute("href")).toBe("https://example.com");
  });

  it("puts headings below the page's own, one level at a time", () => {
    const drawn = draw("## First\n\n#### Under it\n\n# Second\n\n## Under that");

    expect([...drawn.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((each) => each.tagName)).toEqual([
      "H3",
      "H4",
      "H3",
      "H4",
    ]);
  });

  it("runs nothing that a description brings along", () => {
    const drawn = draw(
      'before <script>window.bad = 1</script><img src=x onerror="bad()">\n\n![pixel](https://example.com/p.png) [go](javascript:bad())',
    );

    expect(drawn.querySelector("script, img")).toBeNull();
    expect(drawn.querySelector("a")?.getAttribute("href")).toBeFalsy();
  });
});
