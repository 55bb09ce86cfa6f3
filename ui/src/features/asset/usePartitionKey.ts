import { useQuery } from "@tanstack/react-query";

import { KEYS_A_PAGE, partitionKeysQuery } from "../../api/queries";

/** The key of a partition by its number; null until it is known. Days are worked out, others asked for in pages. */
export function usePartitionKey(
  assetKey: string,
  dayAt: ((number: number) => string) | null,
  number: number | null,
): string | null {
  const page = Math.floor((number ?? 0) / KEYS_A_PAGE);
  const query = useQuery({
    ...partitionKeysQuery(assetKey, page),
    enabled: dayAt === null && number !== null && number >= 0,
  });
  if (number === null || number < 0) return null;
  if (dayAt !== null) return dayAt(number);
  return query.data?.items[number - page * KEYS_A_PAGE]?.key ?? null;
}
