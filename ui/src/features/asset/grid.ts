/** What partitions are by one dimension of several, the last changing fastest; `keys` may be only the first ones. */
export interface Dimension {
  readonly name: string;
  readonly total: number;
  readonly keys: readonly string[];
}

export type Range = readonly [number, number];

/** The number of combinations. */
export function totalOf(dimensions: readonly Dimension[]): number {
  return dimensions.reduce((product, { total }) => product * total, 1);
}

/** A combination by its number, as partition keys are written; null where a key of it is not known. */
export function keyAt(dimensions: readonly Dimension[], number: number): string | null {
  const parts: string[] = [];
  let rest = number;
  for (const { total, keys } of [...dimensions].reverse()) {
    const key = keys[rest % total];
    if (key === undefined) return null;
    parts.unshift(key);
    rest = Math.floor(rest / total);
  }
  return parts.join("|");
}

/** Whether a grid has its last dimension downwards: the smaller side is, so that it stays in sight. */
export function isFastDown(dimensions: readonly Dimension[]): boolean {
  return totalOf(dimensions.slice(-1)) <= totalOf(dimensions.slice(0, -1));
}

/** The numbers between two, whichever comes first. */
export function brushed(from: number, to: number): Range {
  return from <= to ? [from, to] : [to, from];
}

/**
 * What a brush spans from one corner to the other, as ranges: a rectangle of a grid. All between, where there is no grid, or
 * one with keys that are not known, whose ranges nobody could name.
 */
export function spanned(from: number, to: number, dimensions: readonly Dimension[]): readonly Range[] {
  const isNamed = dimensions.every(({ keys, total }) => keys.length === total);
  if (dimensions.length < 2 || !isNamed) return [brushed(from, to)];
  const fast = totalOf(dimensions.slice(-1));
  const [begin, end] = brushed(Math.floor(from / fast), Math.floor(to / fast));
  const [low, high] = brushed(from % fast, to % fast);
  if (low === 0 && high === fast - 1) return [[begin * fast, end * fast + high]];
  return Array.from({ length: end - begin + 1 }, (_, line) => [
    (begin + line) * fast + low,
    (begin + line) * fast + high,
  ]);
}

/** Where an arrow key leads from a square of a grid; null for other keys, and at the edge. */
export function besideInGrid(key: string, at: number, dimensions: readonly Dimension[]): number | null {
  const steps: Readonly<Record<string, readonly [number, number]>> = {
    ArrowRight: [1, 0],
    ArrowLeft: [-1, 0],
    ArrowDown: [0, 1],
    ArrowUp: [0, -1],
  };
  const step = steps[key];
  if (!step) return null;
  const fast = totalOf(dimensions.slice(-1));
  const [across, down] = step;
  const [slowStep, fastStep] = isFastDown(dimensions) ? [across, down] : [down, across];
  const [slow, inner] = [Math.floor(at / fast) + slowStep, (at % fast) + fastStep];
  const isOutside = inner < 0 || inner >= fast || slow < 0 || slow >= totalOf(dimensions.slice(0, -1));
  return isOutside ? null : slow * fast + inner;
}
