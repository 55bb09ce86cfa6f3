import type { AssetKind, AssetStatus, BackfillView, StandingRange } from "../api/client";
import type { Lateness } from "./lateness";
import type { Reason } from "./trouble";

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

export const LATENESS_LOOKS: Record<Lateness, Look> = {
  late: {
    label: "Late",
    tone: "bad",
    meaning: "Its freshness policy does not hold, or it usually is there earlier",
  },
  soon: { label: "Soon late", tone: "warn", meaning: "Its freshness policy warns" },
  on_time: { label: "On time", tone: "good", meaning: "Its freshness policy holds" },
};

export const REASON_LOOKS: Record<Reason, Look> = {
  failed: { label: "Failed", tone: "bad", meaning: "The last attempt to make it failed" },
  checks: { label: "Check fails", tone: "bad", meaning: "A check of it did not hold" },
  late: LATENESS_LOOKS.late,
  stale: { label: "Stale", tone: "warn", meaning: "An input changed after it was made" },
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

export const BACKFILL_LOOKS: Record<BackfillView["status"], Look> = {
  requested: { label: "Requested", tone: "idle", pulse: true, meaning: "About to begin" },
  running: { label: "Running", tone: "busy", pulse: true, meaning: "Going on" },
  paused: { label: "Paused", tone: "warn", hollow: true, meaning: "No further runs until it is resumed" },
  canceling: { label: "Canceling", tone: "warn", pulse: true, meaning: "Its runs are being ended" },
  completed: { label: "Completed", tone: "good", meaning: "Everything is made" },
  failed: { label: "Failed", tone: "bad", meaning: "It is over, and something could not be made" },
  canceled: { label: "Canceled", tone: "warn", meaning: "A person ended it" },
};

/** How partitions of a backfill stand, in the order in which they are told. */
export const STANDING_LOOKS: Record<StandingRange["status"], Look> = {
  materialized: { label: "Made", tone: "good", meaning: "Made by this backfill" },
  failed: { label: "Failed", tone: "bad", meaning: "Its run failed" },
  blocked: { label: "Blocked", tone: "warn", meaning: "What it reads could not be made" },
  in_progress: { label: "In progress", tone: "busy", pulse: true, meaning: "Being made" },
  queued: { label: "Requested", tone: "idle", meaning: "Its run waits in the queue" },
  waiting: { label: "Waiting", tone: "idle", hollow: true, meaning: "No run is requested for it yet" },
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
