/** Which runs a page shows, as its address has it. */
export interface RunFilters {
  readonly status: string | null;
  readonly asset: string | null;
  readonly location: string | null;
  readonly cause: string | null;
  readonly causeName: string | null;
  readonly job: string | null;
  readonly tags: readonly string[];
  /** The last so many seconds; null where the ends are given, or time does not matter. */
  readonly last: number | null;
  readonly since: number | null;
  readonly until: number | null;
}

const NAMES = ["status", "asset", "location", "cause", "by", "job", "tag", "last", "since", "until"] as const;
const STEP_SECONDS = 60;

/** Read them from an address. */
export function readRunFilters(fields: URLSearchParams): RunFilters {
  return {
    status: fields.get("status"),
    asset: fields.get("asset"),
    location: fields.get("location"),
    cause: fields.get("cause"),
    causeName: fields.get("by"),
    job: fields.get("job"),
    tags: fields.getAll("tag"),
    last: toNumberOrNull(fields.get("last")),
    since: toNumberOrNull(fields.get("since")),
    until: toNumberOrNull(fields.get("until")),
  };
}

/** Nothing of an address that narrows the list. */
export const NO_FILTERS = Object.fromEntries(NAMES.map((name) => [name, null]));

/** Whether an address narrows the list. */
export function isNarrowed(fields: URLSearchParams): boolean {
  return NAMES.some((name) => fields.has(name));
}

/**
 * What is asked of the server.
 *
 * A stretch that ends now moves on by whole minutes, so that the same question is asked for a while.
 */
export function toRunRequest(filters: RunFilters, now: number): Record<string, unknown> {
  const { last, since, until } = filters;
  return {
    status: filters.status,
    asset: filters.asset,
    location: filters.location,
    cause: filters.cause,
    cause_name: filters.causeName,
    job: filters.job,
    tag: filters.tags,
    since: last === null ? since : Math.floor((now - last) / STEP_SECONDS) * STEP_SECONDS,
    until: last === null ? until : null,
  };
}

/** The same, of runs that were not over when the stretch began: one that was requested before it counts too. */
export function toOverlapRequest(filters: RunFilters, now: number): Record<string, unknown> {
  const { since, ...wanted } = toRunRequest(filters, now);
  return { ...wanted, active_since: since };
}

/** The stretch of time that is asked for; from the beginning, or up to now, where an end is open. */
export function spanOf(filters: RunFilters, now: number): { begin: number | null; end: number } {
  if (filters.last !== null) return { begin: now - filters.last, end: now };
  return { begin: filters.since, end: Math.min(now, filters.until ?? now) };
}

/** The stretch before or after one, as long as it is; a later one ends now at the latest. */
export function neighbourSpan(
  filters: RunFilters,
  now: number,
  way: -1 | 1,
): { since: number; until: number } | { last: number } {
  const { begin, end } = spanOf(filters, now);
  const length = end - (begin ?? end - DAY_SECONDS);
  const until = end + way * length;
  if (until >= now) return { last: Math.round(length) };
  return { since: Math.round(until - length), until: Math.round(until) };
}

export const DAY_SECONDS = 86_400;

function toNumberOrNull(text: string | null): number | null {
  const found = text === null || text === "" ? NaN : Number(text);
  return Number.isFinite(found) ? found : null;
}
