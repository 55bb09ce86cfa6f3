import { QueryClient } from "@tanstack/react-query";

import { shouldRetry } from "./client";

/** What the app has asked of the server and still knows. */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: shouldRetry, refetchOnWindowFocus: false } },
});
