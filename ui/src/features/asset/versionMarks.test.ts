import { describe, expect, it } from "vitest";

import type { Schemas } from "../../api/client";
import { versionMarks } from "./versionMarks";

function version(changed: string[], code: string): Schemas["DefinitionVersion"] {
  return { seq: 1, since: 5, location: "l", definition: { code_version: code }, changed };
}

describe("versionMarks", () => {
  it("names a new version of the code, and what else changed", () => {
    const items = [version(["code_version", "owners"], "2"), version(["owners", "tags"], "1")];

    expect(versionMarks({ items }).map((mark) => mark.label)).toEqual(["code 2", "owners, tags"]);
  });

  it("leaves out that it was defined at all", () => {
    expect(versionMarks({ items: [version([], "1")] })).toEqual([]);
  });
});
