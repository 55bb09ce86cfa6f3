import { expect, test } from "vitest";

import { providerAddress, refusal } from "./signInAddress";

test("signing in comes back to the page that was open, below the deployment", () => {
  const base = "https://hw.example.com/prod/";
  expect(providerAddress("api/session/start", `${base}lineage?select=a+b`, base)).toBe(
    "api/session/start?following=lineage%3Fselect%3Da%2Bb",
  );
  expect(providerAddress("api/session/start", base, base)).toBe("api/session/start");
});

test("a failed attempt is said once, and does not come back with the next one", () => {
  const base = "https://hw.example.com/";
  expect(providerAddress("start", `${base}?sign_in=failed`, base)).toBe("start");
  expect(refusal("?sign_in=failed")).toContain("did not work");
  expect(refusal("?sign_in=refused")).toContain("no role");
  expect(refusal("?sign_in=<script>")).toBeNull();
  expect(refusal("")).toBeNull();
});
