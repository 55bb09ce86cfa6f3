import type { PartitionRanges } from "../../api/client";

type Range = PartitionRanges["ranges"][number];
export type Status = Range["status"];

/** The ranges between two numbers, both included, cut to what lies between them. */
export function cut(
  ranges: readonly Range[],
  first: number,
  last: number,
): { status: Status; count: number }[] {
  return ranges.flatMap(({ status, start, count }) => {
    const inside = Math.min(last, start + count - 1) - Math.max(first, start) + 1;
    return inside > 0 ? [{ status, count: inside }] : [];
  });
}

/** How many partitions stand how. */
export function countsOf(ranges: readonly { status: Status; count: number }[]): Record<Status, number> {
  const counts = { materialized: 0, failed: 0, running: 0, missing: 0 };
  for (const { status, count } of ranges) counts[status] += count;
  return counts;
}

/** How the partition with a number stands; the ranges are in their order, so that it is found by halves. */
export function statusAt<T extends string>(
  ranges: readonly { readonly status: T; readonly start: number }[],
  number: number,
): T | null {
  let [low, high] = [0, ranges.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((ranges[middle]?.start ?? 0) <= number) low = middle;
    else high = middle - 1;
  }
  return ranges[low]?.status ?? null;
}

/** Partitions that follow each other, as the server takes them. */
export function rangeName(first: string, last: string): string {
  return first === last ? first : `${first}...${last}`;
}

/** Some partitions: what they are for the server, what they are called, and how many. */
export interface Chosen {
  readonly names: readonly string[];
  readonly text: string;
  readonly count: number;
}

/** The same for people. */
export function rangeText(first: string, last: string): string {
  return first === last ? first : `${first} … ${last}`;
}

/** What an address says is chosen: numbers, one or two. */
export function readChosen(text: string | null, total: number): [number, number] | null {
  const parts = /^(\d+)(?:-(\d+))?$/.exec(text ?? "");
  if (!parts) return null;
  const [from, to] = [Number(parts[1]), Number(parts[2] ?? parts[1])];
  return from < total && to < total ? [from, to] : null;
}

export function writeChosen([from, to]: readonly [number, number]): string {
  return from === to ? String(from) : `${from}-${to}`;
}
