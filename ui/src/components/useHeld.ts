import { useState } from "react";

export interface Held<T> {
  /** What is shown: while held, the entries that were there when the hold began, as they are now. */
  readonly shown: readonly T[];
  /** How many newer ones wait. */
  readonly waiting: number;
  /** Show the newer ones too. */
  readonly release: () => void;
}

/**
 * A live list that does not move while it is read.
 *
 * Entries that come in while `reading` wait until their reader asks for them or goes; what is known of the entries
 * that are shown still changes in place.
 */
export function useHeld<T>(
  items: readonly T[],
  idOf: (item: T) => number | string,
  reading: boolean,
): Held<T> {
  const [kept, setKept] = useState<ReadonlySet<number | string> | null>(null);
  if (reading && kept === null) setKept(new Set(items.map(idOf)));
  if (!reading && kept !== null) setKept(null);
  const known = kept ?? null;
  // Older entries, as a further page brings, stand below and move nothing.
  const first = known === null ? 0 : items.findIndex((item) => known.has(idOf(item)));
  const shown = first <= 0 ? items : items.slice(first);
  return {
    shown,
    waiting: items.length - shown.length,
    release: () => {
      setKept(new Set(items.map(idOf)));
    },
  };
}
