/** Days as numbers since 1970, and the words above their weeks. */

export const WEEK = 7;

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/;
const DAY_MILLISECONDS = 86_400_000;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Names of months have room from this size of the squares on; those of years always. */
const MONTHS_FROM = 12;
/** About as wide is a letter of the words above the squares, and the space between two of them. */
const LETTER = 6.5;
const SPACE = 5;

/** The day that a key names; null where it names none. */
export function toDay(key: string | null): number | null {
  const parts = key === null ? null : DAY.exec(key);
  if (!parts) return null;
  return Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) / DAY_MILLISECONDS;
}

/** The days that keys name, where each names one and they follow each other; gaps between them are allowed. */
export function toDays(keys: readonly string[]): readonly number[] | null {
  const days: number[] = [];
  for (const key of keys) {
    const day = toDay(key);
    if (day === null || day <= (days.at(-1) ?? -Infinity)) return null;
    days.push(day);
  }
  return days.length === 0 ? null : days;
}

export function toKey(day: number): string {
  return new Date(day * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** Monday is 0. The first of January 1970 was a Thursday. */
export function weekday(day: number): number {
  return (((day + 3) % WEEK) + WEEK) % WEEK;
}

/** The words above weeks from a Monday on: years, and months where they have room. The first word has its year. */
export function weekMarks(monday: number, weeks: number, step: number): { week: number; text: string }[] {
  const byMonth = step >= MONTHS_FROM;
  const marks: { week: number; text: string }[] = [];
  let before = "";
  for (let week = 0; week < weeks; week += 1) {
    const date = new Date((monday + week * WEEK + 3) * DAY_MILLISECONDS);
    const month = MONTHS[date.getUTCMonth()] ?? "";
    const whole = byMonth ? `${month} ${date.getUTCFullYear()}` : `${date.getUTCFullYear()}`;
    if (whole === before) continue;
    before = whole;
    const last = marks.at(-1);
    // Where a first month or year ends at once, the next one tells more.
    if (last && (week - last.week) * step < widthOf(last.text)) marks.pop();
    marks.push({ week, text: byMonth && marks.length > 0 && month !== "Jan" ? month : whole });
  }
  return marks;
}

/** How many pixels words take, with the space after them. */
export function widthOf(text: string): number {
  return text.length * LETTER + SPACE;
}
