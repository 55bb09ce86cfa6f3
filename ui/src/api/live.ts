import type { QueryClient } from "@tanstack/react-query";

/** What a message of the live stream says was committed. */
export interface Committed {
  kind: string;
  asset_key: string | null;
  run_id: string | null;
}

const BATCH_MILLISECONDS = 250;
const REST_FACTOR = 4;

/** How long to gather before reading anew: where an answer took long, so much longer, so that reading never piles up. */
export function restAfter(milliseconds: number): number {
  return Math.max(BATCH_MILLISECONDS, REST_FACTOR * milliseconds);
}

/** Which of the kept answers some commits have made old. */
export function staleKeys(commits: readonly Committed[]): string[][] {
  const keys = new Map<string, string[]>();
  const add = (...key: string[]) => keys.set(key.join("\n"), key);
  for (const commit of commits) {
    add("assets");
    add("graph");
    add("asset");
    add("job automation");
    if (commit.run_id !== null) {
      add("runs");
      add("run", commit.run_id);
      // It may be one of a backfill's runs.
      add("backfills");
    }
    if (commit.kind.startsWith("backfill_")) add("backfills");
    const changesCode = commit.kind === "definitions_changed" || commit.kind.startsWith("location_");
    if (changesCode) {
      add("deployment");
      add("jobs");
    }
    if (changesCode || commit.kind.startsWith("sensor_") || commit.kind.startsWith("schedule_")) {
      add("sensors");
      add("schedules");
      add("ticking");
    }
  }
  return [...keys.values()];
}

/** Follow the live stream and refetch what is shown and has changed; tells whether the stream is up. */
export function followLive(queries: QueryClient, onConnection: (connected: boolean) => void): () => void {
  let waiting: Committed[] = [];
  let ticked = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLost = false;
  let rest = BATCH_MILLISECONDS;
  const source = new EventSource(new URL("api/live", document.baseURI));

  const flush = async () => {
    const keys = staleKeys(waiting);
    if (ticked.size > 0) keys.push(["sensors"], ["schedules"]);
    for (const name of ticked) keys.push(["ticking", name]);
    waiting = [];
    ticked = new Set();
    const began = performance.now();
    await Promise.allSettled(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
    rest = restAfter(performance.now() - began);
    timer = undefined;
    if (waiting.length > 0 || ticked.size > 0) soon();
  };
  const soon = () => {
    timer ??= setTimeout(() => void flush(), rest);
  };

  source.addEventListener("commit", (message: MessageEvent<string>) => {
    waiting.push(JSON.parse(message.data) as Committed);
    soon();
  });
  source.addEventListener("tick", (message: MessageEvent<string>) => {
    ticked.add((JSON.parse(message.data) as { sensor: string }).sensor);
    soon();
  });
  source.addEventListener("reset", () => void queries.invalidateQueries());
  source.onopen = () => {
    onConnection(true);
    if (wasLost) void queries.invalidateQueries();
    wasLost = false;
  };
  source.onerror = () => {
    onConnection(false);
    wasLost = true;
  };
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
