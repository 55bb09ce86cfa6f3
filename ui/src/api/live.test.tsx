import { QueryClient, type InvalidateQueryFilters } from "@tanstack/react-query";
import { afterEach, describe, expect, it, vi } from "vitest";

import { followLive, restAfter, staleKeys } from "./live";

class Stream {
  static last: Stream;
  onopen: () => void = () => undefined;
  onerror: () => void = () => undefined;
  close = () => undefined;
  private readonly listeners = new Map<string, (message: { data: string }) => void>();

  constructor() {
    Stream.last = this;
  }
  addEventListener(name: string, listener: (message: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  send(name: string, data: object) {
    this.listeners.get(name)?.({ data: JSON.stringify(data) });
  }
}

describe("followLive", () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function follow() {
    vi.useFakeTimers();
    vi.stubGlobal("EventSource", Stream);
    const asked: unknown[] = [];
    const queries = new QueryClient();
    queries.invalidateQueries = (filters?: InvalidateQueryFilters) => {
      asked.push(filters?.queryKey ?? "all");
      return Promise.resolve();
    };
    const connected: boolean[] = [];
    followLive(queries, (up) => connected.push(up));
    return { asked, connected };
  }

  it("reads once for many commits", async () => {
    const { asked } = follow();
    for (let n = 0; n < 50; n += 1) {
      Stream.last.send("commit", { kind: "materialization", asset_key: "a", run_id: null });
    }
    await vi.advanceTimersByTimeAsync(1_000);

    expect(asked).toEqual([["assets"], ["graph"], ["asset"], ["job automation"]]);
  });

  it("reads everything again after the stream was lost", () => {
    const { asked, connected } = follow();
    Stream.last.onopen();
    Stream.last.onerror();
    Stream.last.onopen();

    expect(connected).toEqual([true, false, true]);
    expect(asked).toEqual(["all"]);
  });

  it("rests longer where answers take long", () => {
    expect([restAfter(1), restAfter(500)]).toEqual([250, 2_000]);
  });
});

describe("staleKeys", () => {
  it("names each answer once, however many commits there are", () => {
    const commit = { kind: "materialization", asset_key: "a", run_id: null };

    expect(staleKeys([commit, commit])).toEqual([["assets"], ["graph"], ["asset"], ["job automation"]]);
  });

  it("names the run that moved", () => {
    expect(staleKeys([{ kind: "run_started", asset_key: null, run_id: "r" }])).toContainEqual(["run", "r"]);
  });

  it("names backfills when one moves on, and when a run does that may be one of theirs", () => {
    const commit = { kind: "backfill_completed", asset_key: null, run_id: null };

    expect(staleKeys([commit])).toContainEqual(["backfills"]);
    expect(staleKeys([{ ...commit, kind: "run_succeeded", run_id: "r" }])).toContainEqual(["backfills"]);
    expect(staleKeys([{ ...commit, kind: "observation" }])).not.toContainEqual(["backfills"]);
  });

  it("names what ticks where somebody switched one", () => {
    const keys = staleKeys([{ kind: "schedule_stopped", asset_key: null, run_id: null }]);

    expect(keys).toEqual(expect.arrayContaining([["sensors"], ["schedules"], ["ticking"]]));
    expect(keys).not.toContainEqual(["deployment"]);
  });

  it("names everything that definitions change", () => {
    const keys = staleKeys([{ kind: "definitions_changed", asset_key: null, run_id: null }]);

    expect(keys).toEqual(expect.arrayContaining([["deployment"], ["sensors"], ["graph"]]));
  });
});
