import type { Schemas } from "../../api/client";
import type { Scene } from "../../graph/scene";

/** A column of an asset. */
export interface ColumnAt {
  readonly key: string;
  readonly column: string;
}

/** An edge between two columns, as marks and lines below their heads; a line of -1 is the head itself. */
export interface ColumnEdge {
  readonly up: number;
  readonly upLine: number;
  readonly down: number;
  readonly downLine: number;
  readonly lit: boolean;
}

/** The columns that are shown inside cards. */
export interface ColumnLines {
  /** The columns of a mark, in their order. */
  readonly names: ReadonlyMap<number, readonly Schemas["TableColumn"][]>;
  readonly edges: readonly ColumnEdge[];
  /** The columns that the chosen one is made from and those made from it, itself included. */
  readonly lit: ReadonlySet<string>;
}

export const MOST_LINES = 40;

export function nameOf({ key, column }: ColumnAt): string {
  return `${key}\n${column}`;
}

/** How many lines each asset takes; one without columns says so in a line. */
export function linesOf(tables: Schemas["ColumnTables"]): ReadonlyMap<string, number> {
  return new Map(
    tables.items.map((table) => [table.key, Math.min(MOST_LINES, Math.max(1, table.columns.length))]),
  );
}

/** Everything that a column is made from and that is made from it, along the edges between some tables. */
export function litColumns(
  edges: Schemas["ColumnTables"]["edges"],
  from: ColumnAt | null,
): ReadonlySet<string> {
  if (from === null) return new Set();
  const start = nameOf(from);
  const lit = new Set([start]);
  for (const way of ["up", "down"] as const) {
    const next = new Map<string, string[]>();
    for (const [upKey, upColumn, key, column] of edges) {
      const above = nameOf({ key: upKey, column: upColumn });
      const below = nameOf({ key, column });
      const [here, there] = way === "up" ? [below, above] : [above, below];
      const known = next.get(here);
      if (known) known.push(there);
      else next.set(here, [there]);
    }
    const waiting = [start];
    const seen = new Set(waiting);
    for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
      for (const there of next.get(here) ?? []) {
        if (seen.has(there)) continue;
        seen.add(there);
        lit.add(there);
        waiting.push(there);
      }
    }
  }
  return lit;
}

/** The columns of some tables by the marks of a scene, with the edges between them. */
export function toColumnLines(
  tables: Schemas["ColumnTables"],
  scene: Scene,
  places: ReadonlyMap<string, number>,
  chosen: ColumnAt | null,
): ColumnLines {
  const lit = litColumns(tables.edges, chosen);
  const markOf = (key: string) => {
    const place = places.get(key);
    return place === undefined ? undefined : scene.markOf[place];
  };
  const names = new Map<number, readonly Schemas["TableColumn"][]>();
  const lineOf = new Map<string, number>();
  for (const { key, columns } of tables.items) {
    const mark = markOf(key);
    if (mark === undefined || scene.folds[mark] !== null) continue;
    names.set(mark, columns.slice(0, MOST_LINES));
    columns.forEach(({ name }, line) =>
      lineOf.set(nameOf({ key, column: name }), line < MOST_LINES ? line : -1),
    );
  }
  const edges = tables.edges.flatMap(([upKey, upColumn, key, column]): ColumnEdge[] => {
    const [up, down] = [markOf(upKey), markOf(key)];
    if (up === undefined || down === undefined) return [];
    const [above, below] = [nameOf({ key: upKey, column: upColumn }), nameOf({ key, column })];
    const [upLine, downLine] = [lineOf.get(above) ?? -1, lineOf.get(below) ?? -1];
    return [{ up, upLine, down, downLine, lit: lit.has(above) && lit.has(below) }];
  });
  return { names, edges, lit };
}
