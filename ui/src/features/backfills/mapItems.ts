import type { StandingRange } from "../../api/client";

/** A partition, and how it stands. */
export interface MapItem {
  readonly key: string;
  readonly status: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MILLISECONDS = 86_400_000;

/**
 * The partitions of some ranges one by one.
 *
 * Between the ends of a range only days have names that are known; others are told by their place in it.
 */
export function toMapItems(ranges: readonly StandingRange[]): MapItem[] {
  return ranges.flatMap((range) => keysOf(range).map((key) => ({ key, status: range.status })));
}

function keysOf({ first, last, count }: StandingRange): string[] {
  if (count === 1) return [first];
  const begin = Date.parse(`${first}T00:00Z`);
  const isDaily =
    DAY.test(first) &&
    DAY.test(last) &&
    begin + (count - 1) * DAY_MILLISECONDS === Date.parse(`${last}T00:00Z`);
  return Array.from({ length: count }, (_, place) => {
    if (isDaily) return new Date(begin + place * DAY_MILLISECONDS).toISOString().slice(0, 10);
    if (place === 0) return first;
    return place === count - 1 ? last : `${place + 1} of ${count}, ${first} … ${last}`;
  });
}
