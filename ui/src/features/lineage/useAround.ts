import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Schemas } from "../../api/client";
import { originsQuery, tablesQuery } from "../../api/queries";

const NO_TABLES: Schemas["ColumnTables"] = { items: [], edges: [] };

/** What brings assets about, by key. */
export function useOrigins(): ReadonlyMap<string, Schemas["Origin"]> {
  const origins = useQuery(originsQuery).data;
  return useMemo(() => new Map(origins?.items.map((origin) => [origin.key, origin])), [origins]);
}

/** The columns of some assets; while more of them are read, those that are known. */
export function useTables(keys: readonly string[]): Schemas["ColumnTables"] {
  const wanted = keys.join("\n");
  const tables = useQuery(tablesQuery(keys)).data;
  return useMemo(() => {
    if (!tables || wanted === "") return NO_TABLES;
    const names = new Set(wanted.split("\n"));
    return { items: tables.items.filter((table) => names.has(table.key)), edges: tables.edges };
  }, [tables, wanted]);
}
