import { queryOptions } from "@tanstack/react-query";

import { get, type Schemas } from "./client";

/** For how long what is kept, by sort of event and by asset. */
export const retentionQuery = queryOptions({
  queryKey: ["retention"],
  queryFn: () => get<Schemas["RetentionList"]>("api/retention"),
});

/** What takes room; counting it takes a while, so it is not followed. */
export const storageQuery = queryOptions({
  queryKey: ["storage"],
  queryFn: () => get<Schemas["StorageView"]>("api/storage"),
  staleTime: 60_000,
});
