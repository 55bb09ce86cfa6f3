import { useSyncExternalStore } from "react";

const STEP_MILLISECONDS = 5_000;
const listeners = new Set<() => void>();
let now = Date.now() / 1000;

setInterval(() => {
  now = Date.now() / 1000;
  for (const listener of listeners) listener();
}, STEP_MILLISECONDS);

/** The time in seconds since the epoch; every "ago" on the page moves on together. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}
