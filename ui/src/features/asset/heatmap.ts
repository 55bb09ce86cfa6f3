/** Where the squares of an asset's partitions stand: weeks as columns for days, else rows that fill the width. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** The distance from one square to the next, in pixels: the more partitions, the smaller. */
  readonly step: number;
  readonly placeOf: (number: number) => Place;
  /** The partition at a place; null where there is none. */
  readonly numberAt: (place: Place) => number | null;
  /** The keys of days, which can be told without asking; null for others. */
  readonly dayAt: ((number: number) => string) | null;
  /** Words above some columns. */
  readonly marks: readonly { readonly column: number; readonly text: string }[];
}

export interface Place {
  readonly column: number;
  readonly row: number;
}

const STEPS = [17, 12, 9, 7, 5, 4, 3] as const;
const SMALLEST = 3;
const TALLEST = 560;
const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const WEEK = 7;
/** A week and a line that stays free. */
const BLOCK = WEEK + 1;
const DAY_MILLISECONDS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Names of months have room from this size of the squares on; those of years always. */
const MONTHS_FROM = 12;

/** Lay out so many partitions, from the first key to the last, in a width of some pixels. */
export function toCells(count: number, first: string | null, last: string | null, width: number): Cells {
  const [from, to] = [toDay(first), toDay(last)];
  const daily = from !== null && to !== null && to - from + 1 === count;
  const step =
    STEPS.find((each) => {
      const columns = columnsOf(width, each);
      const rows = daily ? Math.ceil(weeksOf(from, count) / columns) * BLOCK : Math.ceil(count / columns);
      return rows * each <= TALLEST;
    }) ?? SMALLEST;
  const columns = columnsOf(width, step);
  return daily ? inWeeks(count, from, columns, step) : inRows(count, columns, step);
}

function columnsOf(width: number, step: number): number {
  return Math.max(1, Math.floor(width / step));
}

function inRows(count: number, columns: number, step: number): Cells {
  return {
    columns,
    rows: Math.ceil(count / columns),
    step,
    placeOf: (number) => ({ column: number % columns, row: Math.floor(number / columns) }),
    numberAt: ({ column, row }) => within(column < columns ? row * columns + column : -1, count),
    dayAt: null,
    marks: [],
  };
}

/** A calendar of weeks side by side; as many blocks below each other as the width asks for. */
function inWeeks(count: number, first: number, columns: number, step: number): Cells {
  const monday = first - weekday(first);
  const weeks = weeksOf(first, count);
  return {
    columns: Math.min(weeks, columns),
    rows: Math.ceil(weeks / columns) * BLOCK - 1,
    step,
    placeOf: (number) => {
      const day = first + number;
      const week = Math.floor((day - monday) / WEEK);
      return { column: week % columns, row: Math.floor(week / columns) * BLOCK + weekday(day) };
    },
    numberAt: ({ column, row }) => {
      const day = row % BLOCK;
      if (day === WEEK || column >= columns) return null;
      const week = Math.floor(row / BLOCK) * columns + column;
      return within(monday + week * WEEK + day - first, count);
    },
    dayAt: (number) => new Date((first + number) * DAY_MILLISECONDS).toISOString().slice(0, 10),
    marks: weeks > columns ? [] : marksOf(monday, weeks, step),
  };
}

function marksOf(monday: number, weeks: number, step: number): Cells["marks"] {
  const marks: { column: number; text: string }[] = [];
  let [month, year] = [-1, -1];
  for (let week = 0; week < weeks; week += 1) {
    const date = new Date((monday + week * WEEK + 3) * DAY_MILLISECONDS);
    const isNewYear = date.getUTCFullYear() !== year;
    if (step >= MONTHS_FROM ? date.getUTCMonth() === month : !isNewYear) continue;
    const name = step >= MONTHS_FROM ? (MONTHS[date.getUTCMonth()] ?? "") : "";
    const named = step < MONTHS_FROM || date.getUTCMonth() === 0;
    marks.push({ column: week, text: `${name}${named ? ` ${date.getUTCFullYear()}` : ""}`.trim() });
    month = date.getUTCMonth();
    year = date.getUTCFullYear();
  }
  return marks;
}

function weeksOf(first: number, count: number): number {
  return Math.ceil((weekday(first) + count) / WEEK);
}

function within(number: number, count: number): number | null {
  return number >= 0 && number < count ? number : null;
}

/** Monday is 0. The first of January 1970 was a Thursday. */
function weekday(day: number): number {
  return (((day + 3) % WEEK) + WEEK) % WEEK;
}

function toDay(key: string | null): number | null {
  const parts = key === null ? null : DAY.exec(key);
  if (!parts) return null;
  return Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) / DAY_MILLISECONDS;
}

/** The numbers between two places, whichever comes first. */
export function brushed(from: number, to: number): [number, number] {
  return from <= to ? [from, to] : [to, from];
}
