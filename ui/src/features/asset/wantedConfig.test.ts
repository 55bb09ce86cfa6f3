import { expect, test } from "vitest";

import { configOf, configProblem, wantedFields } from "./wantedConfig";

test("fields are listed, those first that a run must give", () => {
  const shape = {
    properties: { region: { type: "string" }, days: { type: "integer" }, inner: {} },
    required: ["days"],
  };

  expect(wantedFields(shape)).toBe("Needed: days (integer). May be set: region (string), inner");
  expect(wantedFields({})).toBe("");
});

test("what is typed is a JSON object, or nothing", () => {
  expect(configProblem("")).toBeNull();
  expect(configProblem('{"days": 3}')).toBeNull();
  expect(configProblem("[3]")).toMatch("A JSON object");
  expect(configProblem("{")).toMatch("No JSON yet");
  expect(configOf("report", " ")).toEqual({});
  expect(configOf("report", '{"days": 3}')).toEqual({
    run_config: { ops: { report: { config: { days: 3 } } } },
  });
});
