import type { AssetKind, AssetStatus } from "../api/client";

export type Tone = "good" | "warn" | "bad" | "busy" | "idle";

export interface Look {
  readonly label: string;
  readonly tone: Tone;
  readonly hollow?: boolean;
  readonly pulse?: boolean;
  readonly meaning: string;
}

export const ASSET_LOOKS: Record<AssetStatus, Look> = {
  fresh: { label: "Fresh", tone: "good", meaning: "Made from the newest version of each input" },
  stale: { label: "Stale", tone: "warn", meaning: "An input, or something above, changed after it was made" },
  failed: { label: "Failed", tone: "bad", meaning: "The last attempt to make it failed" },
  running: { label: "Running", tone: "busy", pulse: true, meaning: "Being made, or about to be" },
  missing: { label: "Missing", tone: "idle", hollow: true, meaning: "Never made" },
  reported: { label: "Reported", tone: "good", meaning: "Its owner told of it" },
  unreported: { label: "No report", tone: "idle", hollow: true, meaning: "Nobody told of it yet" },
};

export const RUN_LOOKS: Record<string, Look> = {
  queued: { label: "Queued", tone: "idle", pulse: true, meaning: "Waits for its turn" },
  waiting: { label: "Waiting", tone: "idle", hollow: true, meaning: "Waits for its turn" },
  started: { label: "Running", tone: "busy", pulse: true, meaning: "Going on" },
  success: { label: "Success", tone: "good", meaning: "Ended well" },
  failure: { label: "Failed", tone: "bad", meaning: "Something in it failed" },
  canceled: { label: "Canceled", tone: "warn", meaning: "A person ended it" },
  skipped: { label: "Skipped", tone: "idle", hollow: true, meaning: "There was nothing to do" },
};

export const CHECK_LOOKS: Record<string, Look> = {
  passed: { label: "Passed", tone: "good", meaning: "It held" },
  warned: { label: "Warned", tone: "warn", meaning: "It did not hold, which is only a warning" },
  failed: { label: "Failed", tone: "bad", meaning: "It did not hold" },
  missing: { label: "No result", tone: "idle", hollow: true, meaning: "Never carried out" },
};

export const PARTITION_LOOKS: Record<string, Look> = {
  materialized: { label: "Materialized", tone: "good", meaning: "There" },
  failed: { label: "Failed", tone: "bad", meaning: "The last attempt failed" },
  running: { label: "Running", tone: "busy", meaning: "Being made" },
  missing: { label: "Missing", tone: "idle", hollow: true, meaning: "Never made" },
  unknown: { label: "Unknown key", tone: "warn", meaning: "Reported, but none of the definition's" },
};

export const KINDS: Record<AssetKind, { label: string; color: string; meaning: string }> = {
  external: {
    label: "External",
    color: "var(--hw-external)",
    meaning: "Another system makes it and reports it here",
  },
  native: { label: "Native", color: "var(--hw-native)", meaning: "Headwater makes it" },
  stub: { label: "Stub", color: "var(--hw-stub)", meaning: "Others depend on it, nobody defined it" },
  undefined: { label: "Undefined", color: "var(--hw-stub)", meaning: "It was reported, nobody defined it" },
};
