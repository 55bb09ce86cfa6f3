import { expect, test } from "vitest";

import { aboutText, channelText, toBody, toForm, type Rule } from "./words";

const RULE: Rule = {
  name: "finance",
  channels: [
    { kind: "slack", owners: false, url_env: "SLACK_URL" },
    { kind: "slack", owners: false, url_env: "SLACK_URL_2" },
    { kind: "email", owners: true, to: ["a@b.example"] },
  ],
  causes: ["run_failure", "freshness"],
  assets: "group:finance",
  owners: ["cfo"],
  severity: "WARN",
  failures: 3,
  tell_resolved: false,
  most_per_hour: 5,
  enabled: false,
  open: 0,
};

test("a rule goes through its form unchanged, channels that it does not show included", () => {
  const body = toBody(toForm(RULE), RULE);

  expect(new Set(body.channels)).toEqual(new Set(RULE.channels));
  expect({ ...body, channels: RULE.channels }).toEqual({
    channels: RULE.channels,
    causes: RULE.causes,
    assets: RULE.assets,
    owners: RULE.owners,
    severity: "WARN",
    failures: 3,
    tell_resolved: false,
    most_per_hour: 5,
    enabled: false,
  });
});

test("a new rule is about everything", () => {
  expect(toBody({ ...toForm(null), name: "all", toOwners: true }, null)).toMatchObject({
    channels: [{ kind: "email", to: [], owners: true }],
    causes: null,
    assets: null,
    enabled: true,
  });
});

test("a rule and its channels are told in words", () => {
  expect(aboutText(RULE)).toBe(
    "A run fails, an asset is late of group:finance that cfo owns, warnings too, from 3 failed ticks in a row on",
  );
  expect(aboutText({ ...RULE, causes: [], assets: null, owners: [], severity: "ERROR", failures: 1 })).toBe(
    "Anything that goes wrong",
  );
  expect(RULE.channels.map(channelText)).toEqual([
    "Slack at the address in SLACK_URL",
    "Slack at the address in SLACK_URL_2",
    "E-mail to a@b.example, the owners",
  ]);
});
