import { useMemo, useState } from "react";

export interface HeldOrder<T> {
  /** What is shown: while held, the entries that were there when the hold began, in that order, as they are now. */
  readonly shown: readonly T[];
  /** How many wait to come in, go or change their place. */
  readonly changes: number;
}

/**
 * A sorted live list whose order does not change while it is read.
 *
 * What is known of its entries changes in place. An entry that is no longer of the list stays, as `lookUp` finds it;
 * new ones wait. Another `subject`, such as another order or filter that was asked for, is shown at once.
 */
export function useHeldOrder<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  reading: boolean,
  subject: string,
  lookUp: (id: string) => T | undefined,
): HeldOrder<T> {
  const [kept, setKept] = useState<{ subject: string; ids: readonly string[] } | null>(null);
  const held = reading && kept?.subject === subject ? kept.ids : null;
  if (reading && held === null) setKept({ subject, ids: items.map(idOf) });
  if (!reading && kept !== null) setKept(null);
  return useMemo(
    () => (held === null ? { shown: items, changes: 0 } : hold(items, idOf, held, lookUp)),
    [items, idOf, held, lookUp],
  );
}

function hold<T>(
  items: readonly T[],
  idOf: (item: T) => string,
  held: readonly string[],
  lookUp: (id: string) => T | undefined,
): HeldOrder<T> {
  const now = new Map(items.map((item) => [idOf(item), item]));
  const before = new Set(held);
  const shown = held.flatMap((id) => now.get(id) ?? lookUp(id) ?? []);
  const gone = held.filter((id) => !now.has(id)).length;
  const come = items.length - (held.length - gone);
  const stayed = held.filter((id) => now.has(id));
  const places = new Map(
    [...now.keys()].filter((id) => before.has(id)).map((id, place) => [id, place] as const),
  );
  return { shown, changes: gone + come + movedCount(stayed.map((id) => places.get(id) ?? 0)) };
}

/** How few must move to bring places into order: all but the longest row of them that is in order already. */
function movedCount(places: readonly number[]): number {
  const ends: number[] = [];
  for (const place of places) {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    ends[low] = place;
  }
  return places.length - ends.length;
}
