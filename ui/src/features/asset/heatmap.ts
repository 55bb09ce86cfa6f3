import { isFastDown, keyAt, totalOf, type Dimension } from "./grid";
import { toDay, toKey, WEEK, weekday, weekMarks, widthOf } from "./calendar";

/** Where the squares of an asset's partitions stand: weeks as columns for days, a grid for several dimensions, else rows. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** The distance from one square to the next, in pixels: the more partitions, the smaller. */
  readonly step: number;
  /** What is kept free at the left for the names of rows, in pixels. */
  readonly left: number;
  readonly placeOf: (number: number) => Place;
  /** The partition at a place; null where there is none. */
  readonly numberAt: (place: Place) => number | null;
  /** The keys of days, which can be told without asking; null for others. */
  readonly dayAt: ((number: number) => string) | null;
  /** Words above some squares. */
  readonly marks: readonly (Place & { readonly text: string })[];
  /** Names of rows. */
  readonly names: readonly { readonly row: number; readonly text: string }[];
}

export interface Place {
  readonly column: number;
  readonly row: number;
}

/** Which partitions there are: so many, from the first key to the last; what more is known of them tells more. */
export interface Extent {
  readonly count: number;
  readonly first: string | null;
  readonly last: string | null;
  /** The days of each, where they have gaps between them. */
  readonly days?: readonly number[] | null;
  /** The dimensions, the last changing fastest. */
  readonly dimensions?: readonly Dimension[];
}

const STEPS = [17, 12, 9, 7, 5, 4, 3] as const;
const SMALLEST = 3;
const TALLEST = 560;
/** Words need so many pixels of height. */
const LINE = 16;
const LONGEST_NAME = 130;

/** Lay out partitions in a width of some pixels. */
export function toCells({ count, first, last, days, dimensions = [] }: Extent, width: number): Cells {
  if (dimensions.length > 1) return largest((step) => inGrid(dimensions, width, step));
  if (days) {
    const numbers = new Map(days.map((day, number) => [day, number]));
    const [from, to] = [days[0] ?? 0, days.at(-1) ?? 0];
    const known = {
      from,
      to,
      dayOf: (n: number) => days[n] ?? 0,
      numberOf: (day: number) => numbers.get(day) ?? null,
    };
    return largest((step) => inWeeks(known, width, step));
  }
  const [from, to] = [toDay(first), toDay(last)];
  if (from !== null && to !== null && to - from + 1 === count) {
    const known = {
      from,
      to,
      dayOf: (number: number) => from + number,
      numberOf: (day: number) => within(day - from, count),
    };
    return largest((step) => inWeeks(known, width, step));
  }
  return largest((step) => inRows(count, width, step));
}

/** The layout with the largest squares that is not too tall. */
function largest(lay: (step: number) => Cells): Cells {
  for (const step of STEPS) {
    const cells = lay(step);
    if (cells.rows * step <= TALLEST) return cells;
  }
  return lay(SMALLEST);
}

function columnsOf(width: number, step: number): number {
  return Math.max(1, Math.floor(width / step));
}

function inRows(count: number, width: number, step: number): Cells {
  const columns = columnsOf(width, step);
  return {
    columns,
    rows: Math.ceil(count / columns),
    step,
    left: 0,
    placeOf: (number) => ({ column: number % columns, row: Math.floor(number / columns) }),
    numberAt: ({ column, row }) =>
      within(column >= 0 && column < columns ? row * columns + column : -1, count),
    dayAt: null,
    marks: [],
    names: [],
  };
}

interface Days {
  readonly from: number;
  readonly to: number;
  readonly dayOf: (number: number) => number;
  readonly numberOf: (day: number) => number | null;
}

/** A calendar of weeks side by side; as many blocks below each other as the width asks for. */
function inWeeks({ from, to, dayOf, numberOf }: Days, width: number, step: number): Cells {
  const monday = from - weekday(from);
  const weeks = Math.floor((to - monday) / WEEK) + 1;
  const blocks = inBlocks(weeks, WEEK, columnsOf(width, step), step);
  return {
    ...blocks,
    step,
    left: 0,
    placeOf: (number) => {
      const day = dayOf(number);
      return blocks.placeAt(Math.floor((day - monday) / WEEK), weekday(day));
    },
    numberAt: (place) => {
      const at = blocks.find(place);
      return at && numberOf(monday + at.across * WEEK + at.down);
    },
    dayAt: (number) => toKey(dayOf(number)),
    marks: blocks.starts.flatMap((start) =>
      weekMarks(monday + start * WEEK, Math.min(blocks.columns, weeks - start), step).map(
        ({ week, text }) => ({
          ...blocks.placeAt(start + week, 0),
          text,
        }),
      ),
    ),
    names: [],
  };
}

/** The last dimension against all others, the smaller of both downwards, so that it stays in sight. */
function inGrid(dimensions: readonly Dimension[], width: number, step: number): Cells {
  const others = dimensions.slice(0, -1);
  const last = dimensions.slice(-1);
  const fast = totalOf(last);
  const fastDown = isFastDown(dimensions);
  const [down, across] = fastDown ? [last, others] : [others, last];
  const [height, length] = [totalOf(down), totalOf(across)];
  const texts = Array.from({ length: height }, (_, number) => nameOf(down, number));
  const left = Math.min(LONGEST_NAME, width / 3, Math.max(0, ...texts.map(widthOf)));
  const blocks = inBlocks(length, height, columnsOf(width - left, step), step);
  const every = Math.ceil(LINE / 1.3 / step);
  const apart = Math.ceil(widthOf(nameOf(across, 0)) / step);
  return {
    ...blocks,
    step,
    left,
    placeOf: (number) => {
      const [outer, inner] = [Math.floor(number / fast), number % fast];
      return fastDown ? blocks.placeAt(outer, inner) : blocks.placeAt(inner, outer);
    },
    numberAt: (place) => {
      const at = blocks.find(place);
      return at && (fastDown ? at.across * fast + at.down : at.down * fast + at.across);
    },
    dayAt: null,
    marks: blocks.starts.flatMap((start) =>
      Array.from({ length: Math.ceil(Math.min(blocks.columns, length - start) / apart) }, (_, mark) => ({
        ...blocks.placeAt(start + mark * apart, 0),
        text: nameOf(across, start + mark * apart),
      })),
    ),
    names: blocks.starts.flatMap((start) =>
      texts.flatMap((text, at) => (at % every === 0 ? [{ row: blocks.placeAt(start, at).row, text }] : [])),
    ),
  };
}

/** The name of a row or column; its number where its key is not known. */
function nameOf(dimensions: readonly Dimension[], number: number): string {
  return keyAt(dimensions, number) ?? `#${number + 1}`;
}

/** Columns of one height, in blocks below each other where the width is not enough; words stand above each block. */
function inBlocks(length: number, height: number, most: number, step: number) {
  const columns = Math.min(length, most);
  const block = height + Math.ceil(LINE / step);
  const count = Math.ceil(length / columns);
  return {
    columns,
    rows: (count - 1) * block + height,
    starts: Array.from({ length: count }, (_, number) => number * columns),
    placeAt: (across: number, down: number): Place => ({
      column: across % columns,
      row: Math.floor(across / columns) * block + down,
    }),
    find: ({ column, row }: Place): { across: number; down: number } | null => {
      const down = row % block;
      const across = Math.floor(row / block) * columns + column;
      const isOutside = column < 0 || column >= columns || row < 0 || down >= height || across >= length;
      return isOutside ? null : { across, down };
    },
  };
}

function within(number: number, count: number): number | null {
  return number >= 0 && number < count ? number : null;
}
