import { useSyncExternalStore } from "react";

/** Tells the time to whoever listens, to all at the same moment; it stands still while nobody does. */
class Clock {
  private now = Date.now() / 1000;
  private timer: ReturnType<typeof setInterval> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly stepMilliseconds: number) {}

  readonly read = (): number => this.now;

  readonly follow = (listener: () => void): (() => void) => {
    if (this.listeners.size === 0) {
      this.tick();
      this.timer = setInterval(this.tick, this.stepMilliseconds);
    }
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) clearInterval(this.timer);
    };
  };

  private readonly tick = (): void => {
    this.now = Date.now() / 1000;
    for (const listener of this.listeners) listener();
  };
}

const calm = new Clock(5_000);
const close = new Clock(1_000);

/** The time in seconds since the epoch; every "ago" on the page moves on together. */
export function useNow(): number {
  return useSyncExternalStore(calm.follow, calm.read);
}

/** The time to the second, for what is watched while it goes on. */
export function useNowClosely(): number {
  return useSyncExternalStore(close.follow, close.read);
}
