import { describe, expect, it } from "vitest";

import { staleSentence } from "./staleSentence";

const inputs = new Set(["new"]);
const of = (kind: "code" | "data" | "dependency", upstream: string) =>
  staleSentence({ kind, upstream, via: [] }, "me", inputs);

describe("staleSentence", () => {
  it("tells the code of the asset itself from that of another", () => {
    expect([of("code", "me"), of("code", "new")]).toEqual([
      expect.stringMatching(/^Its code/),
      expect.stringMatching(/^has other code/),
    ]);
  });

  it("tells a new input from one that was taken away", () => {
    expect([of("dependency", "new"), of("dependency", "old")]).toEqual([
      expect.stringMatching(/^became an input/),
      expect.stringMatching(/^is no longer/),
    ]);
  });
});
