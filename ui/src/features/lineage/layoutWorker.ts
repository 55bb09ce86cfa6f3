let worker: Worker | undefined;

/** The worker that lays out, started when it is first asked for; to start takes it a while. */
export function layoutWorker(): Worker {
  worker ??= new Worker(new URL("../../graph/layout.worker.ts", import.meta.url), { type: "module" });
  return worker;
}
