/** Where the squares of an asset's partitions stand: weeks as columns for days, else rows that fill the width. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly places: readonly { readonly column: number; readonly row: number }[];
  /** Words above some columns. */
  readonly marks: readonly { readonly column: number; readonly text: string }[];
}

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const WEEK = 7;
const DAY_MILLISECONDS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Lay out keys for a width of some columns. */
export function toCells(keys: readonly string[], width: number): Cells {
  const days = keys.map((key) => toDay(key));
  const first = days[0];
  const last = days.at(-1);
  if (first === undefined || first === null || last === undefined || last === null || days.includes(null)) {
    return inRows(keys.length, width);
  }
  return inWeeks(days as number[], first, width);
}

function inRows(count: number, width: number): Cells {
  const columns = Math.max(1, width);
  const places = Array.from({ length: count }, (_, n) => ({
    column: n % columns,
    row: Math.floor(n / columns),
  }));
  return { columns, rows: Math.ceil(count / columns), places, marks: [] };
}

/** A calendar of weeks side by side; as many blocks below each other as the width asks for. */
function inWeeks(days: readonly number[], first: number, width: number): Cells {
  const monday = first - weekday(first);
  const block = WEEK + 1;
  const places = days.map((day) => {
    const week = Math.floor((day - monday) / WEEK);
    return { column: week % width, row: Math.floor(week / width) * block + weekday(day) };
  });
  const marks: { column: number; text: string }[] = [];
  const weeks = Math.floor(((days.at(-1) ?? first) - monday) / WEEK) + 1;
  if (weeks <= width) {
    let month = -1;
    for (let week = 0; week < weeks; week += 1) {
      const date = new Date((monday + week * WEEK + 3) * DAY_MILLISECONDS);
      if (date.getUTCMonth() === month) continue;
      month = date.getUTCMonth();
      marks.push({
        column: week,
        text: `${MONTHS[month] ?? ""}${month === 0 ? ` ${date.getUTCFullYear()}` : ""}`,
      });
    }
  }
  const rows = Math.max(...[0, ...places.map((place) => place.row)]) + 1;
  return { columns: Math.min(weeks, width), rows, places, marks };
}

/** Monday is 0. The first of January 1970 was a Thursday. */
function weekday(day: number): number {
  return (((day + 3) % WEEK) + WEEK) % WEEK;
}

function toDay(key: string): number | null {
  const parts = DAY.exec(key);
  if (!parts) return null;
  return Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) / DAY_MILLISECONDS;
}

/** The keys between two places, whichever comes first. */
export function brushed(from: number, to: number): [number, number] {
  return from <= to ? [from, to] : [to, from];
}
