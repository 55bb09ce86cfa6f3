import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import type { RunDetail } from "../../api/client";
import { RunGantt } from "./RunGantt";

const DETAIL: RunDetail = {
  run: {
    run_id: "r",
    status: "failure",
    assets: ["a", "b"],
    partition: null,
    partition_range: null,
    location: "code",
    cause: { kind: "app", name: null, reason: null, events: [] },
    tags: {},
    created_at: 100,
    started_at: 100,
    ended_at: 104,
    error: null,
    attempt: 1,
  },
  partitions: [],
  steps: [
    {
      name: "a",
      status: "failure",
      assets: ["a"],
      checks: [],
      started_at: 100,
      ended_at: 102,
      error: { message: "ZeroDivisionError", type: null, traceback: null },
    },
    { name: "b", status: "skipped", assets: ["b"], checks: [], started_at: 102, ended_at: 102, error: null },
  ],
};

describe("RunGantt", () => {
  it("shows how long each step took, and why one failed", () => {
    render(
      <MantineProvider>
        <RunGantt detail={DETAIL} />
      </MantineProvider>,
    );

    expect(screen.getByRole("cell", { name: "2.00 s" })).toBeTruthy();
    expect(screen.getByText("ZeroDivisionError")).toBeTruthy();
    expect(screen.getByRole("img", { name: "Skipped" })).toBeTruthy();
  });

  it("shows what a step waits for that could begin", () => {
    const held = {
      name: "b",
      status: "waiting" as const,
      assets: ["b"],
      checks: [],
      started_at: null,
      ended_at: null,
      error: null,
      waiting_for: "the limit of 2 for pool few",
    };
    const run = { ...DETAIL.run, status: "started" as const, assets: ["b"], ended_at: null };
    render(
      <MantineProvider>
        <RunGantt detail={{ ...DETAIL, run, steps: [held] }} />
      </MantineProvider>,
    );

    expect(screen.getByRole("cell", { name: "waits for the limit of 2 for pool few" })).toBeTruthy();
    expect(screen.getByRole("cell", { name: /^Waits for its turn/ })).toBeTruthy();
  });
});
