import { queryOptions } from "@tanstack/react-query";

import { get, type Schemas } from "./client";

/** For how long what is kept, by sort of event and by asset. */
export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => get<Schemas["RetentionList"]>("api/retention"),
});

/** What takes room: counted to the last row, which takes a while, or with estimates. Not followed either way. */
export const storageQuery = (exact: boolean) =>
  queryOptions({
    queryKey: ["storage", exact],
    queryFn: () => get<Schemas["StorageView"]>("api/storage", exact ? { exact } : {}),
    staleTime: 60_000,
  });
