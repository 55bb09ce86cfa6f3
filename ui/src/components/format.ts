const UNITS: readonly [string, number][] = [
  ["y", 31_536_000],
  ["mo", 2_592_000],
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
];

const EXACT: Intl.DateTimeFormatOptions = {
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZoneName: "short",
};

/** How long ago, or in how long, in the largest unit that fits. */
export function toRelative(seconds: number, now: number): string {
  const distance = Math.abs(seconds - now);
  const [unit, size] = UNITS.find((each) => distance >= each[1]) ?? ["s", 1];
  if (distance < 5) return "just now";
  const shown = `${Math.floor(distance / size)} ${unit}`;
  return seconds < now ? `${shown} ago` : `in ${shown}`;
}

/** A moment in full, in the reader's zone. */
export function toExact(seconds: number): string {
  return new Date(seconds * 1000).toLocaleString(undefined, EXACT);
}

/** A moment in full, in a zone by its name; in the reader's own where the browser does not know it. */
export function toExactIn(seconds: number, zone: string): string {
  try {
    return new Date(seconds * 1000).toLocaleString(undefined, { ...EXACT, timeZone: zone });
  } catch {
    return toExact(seconds);
  }
}

/** Whether clocks in a zone show another time at a moment than the reader's own. */
export function isElsewhere(seconds: number, zone: string): boolean {
  const shown = { ...EXACT, timeZoneName: undefined };
  const date = new Date(seconds * 1000);
  try {
    return date.toLocaleString("en", { ...shown, timeZone: zone }) !== date.toLocaleString("en", shown);
  } catch {
    return false;
  }
}

/** A time of day with milliseconds, for logs. */
export function toClock(seconds: number): string {
  const date = new Date(seconds * 1000);
  const part = (value: number, width = 2) => String(value).padStart(width, "0");
  return `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}.${part(date.getMilliseconds(), 3)}`;
}

/** A length of time, short. */
export function toDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A length of time in the largest unit of which it is a whole number. */
export function toInterval(seconds: number): string {
  const [unit, size] = UNITS.find((each) => seconds >= each[1] && seconds % each[1] === 0) ?? ["s", 1];
  return `${seconds / size} ${unit}`;
}

/** A number with groups of digits, and no more decimals than it needs. */
export function toNumber(value: number): string {
  // Nearly all are such, and the first call of the browser's own way takes a tenth of a page's first frame.
  if (Number.isSafeInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, " ");
  return value
    .toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 1 ? 6 : 2 })
    .replaceAll(",", " ");
}

/** A count and its noun. */
export function plural(count: number, noun: string): string {
  return `${toNumber(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** The first and last letters of a text with an ellipsis between them, so many in all. */
export function cutMiddle(text: string, letters: number): string {
  if (text.length <= letters + 1) return text;
  const tail = Math.floor(letters / 2);
  return `${text.slice(0, letters - tail)}…${tail === 0 ? "" : text.slice(-tail)}`;
}
