import { useQueries } from "@tanstack/react-query";
import { useMemo } from "react";

import type { Schemas } from "../../api/client";
import { sparksQuery } from "../../api/queries";

const AT_ONCE = 25;

/** Sparks of the rows in sight, asked for by the screenful; what was asked for once is kept while rows scroll by. */
export function useSparks(
  keys: readonly string[],
  first: number,
  last: number,
): ReadonlyMap<string, Schemas["Spark"]> {
  const from = Math.floor(first / AT_ONCE);
  const to = Math.floor(last / AT_ONCE);
  const pages = useMemo(() => {
    const found: string[][] = [];
    for (let page = from; page <= to; page += 1) {
      const mine = keys.slice(page * AT_ONCE, (page + 1) * AT_ONCE);
      if (mine.length > 0) found.push(mine);
    }
    return found;
  }, [keys, from, to]);
  return useQueries({
    queries: pages.map((page) => sparksQuery(page)),
    combine: (results) =>
      new Map(
        results.flatMap((result) => (result.data?.items ?? []).map((spark) => [spark.key, spark] as const)),
      ),
  });
}
