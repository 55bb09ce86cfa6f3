import type { QueryClient } from "@tanstack/react-query";

/** What a message of the live stream says was committed. */
export interface Committed {
  kind: string;
  asset_key: string | null;
  run_id: string | null;
}

const BATCH_MILLISECONDS = 250;

/** Which of the kept answers some commits have made old. */
export function staleKeys(commits: readonly Committed[]): string[][] {
  const keys = new Map<string, string[]>();
  const add = (...key: string[]) => keys.set(key.join("\n"), key);
  for (const commit of commits) {
    add("events");
    add("assets");
    add("graph");
    add("asset");
    if (commit.run_id !== null) {
      add("runs");
      add("run", commit.run_id);
    }
    if (commit.kind.startsWith("sensor_")) add("sensors");
    if (commit.kind === "definitions_changed") {
      add("deployment");
      add("sensors");
    }
  }
  return [...keys.values()];
}

/** Follow the live stream and refetch what is shown and has changed; tells whether the stream is up. */
export function followLive(queries: QueryClient, onConnection: (connected: boolean) => void): () => void {
  let waiting: Committed[] = [];
  let sensors = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wasLost = false;
  const source = new EventSource(new URL("api/live", document.baseURI));

  const flush = () => {
    timer = undefined;
    for (const queryKey of staleKeys(waiting)) void queries.invalidateQueries({ queryKey });
    if (sensors.size > 0) void queries.invalidateQueries({ queryKey: ["sensors"] });
    for (const name of sensors) void queries.invalidateQueries({ queryKey: ["sensor", name] });
    waiting = [];
    sensors = new Set();
  };
  const soon = () => {
    timer ??= setTimeout(flush, BATCH_MILLISECONDS);
  };

  source.addEventListener("commit", (message: MessageEvent<string>) => {
    waiting.push(JSON.parse(message.data) as Committed);
    soon();
  });
  source.addEventListener("tick", (message: MessageEvent<string>) => {
    sensors.add((JSON.parse(message.data) as { sensor: string }).sensor);
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
