import { describe, expect, it } from "vitest";

import { staleKeys } from "./live";

describe("staleKeys", () => {
  it("names each answer once, however many commits there are", () => {
    const commit = { kind: "materialization", asset_key: "a", run_id: null };

    expect(staleKeys([commit, commit])).toEqual([["events"], ["assets"], ["graph"], ["asset"]]);
  });

  it("names the run that moved", () => {
    expect(staleKeys([{ kind: "run_started", asset_key: null, run_id: "r" }])).toContainEqual(["run", "r"]);
  });

  it("names everything that definitions change", () => {
    const keys = staleKeys([{ kind: "definitions_changed", asset_key: null, run_id: null }]);

    expect(keys).toEqual(expect.arrayContaining([["deployment"], ["sensors"], ["graph"]]));
  });
});
