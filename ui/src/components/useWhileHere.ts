import { useCallback, useContext, useEffect, useRef } from "react";
import { UNSAFE_DataRouterContext, useLocation } from "react-router";

/**
 * Work that follows later, such as an address that is changed after a pause: not once the reader is on the way to another
 * page, or there. While that page is fetched and drawn this one still stands, and a change of its address would lead
 * back to it, or be made to the other page's.
 */
export function useWhileHere<A extends unknown[]>(work: (...given: A) => void): (...given: A) => void {
  // What was rendered last may not know yet that the reader has left; the router itself does at once.
  const router = useContext(UNSAFE_DataRouterContext)?.router;
  const here = useLocation().pathname;
  const latest = useRef({ here, work });
  useEffect(() => {
    latest.current = { here, work };
  });
  return useCallback(
    (...given: A) => {
      if (!router || router.state.navigation.state !== "idle") return;
      const base = (router.basename ?? "/").replace(/\/$/, "");
      if (router.state.location.pathname === base + latest.current.here) latest.current.work(...given);
    },
    [router],
  );
}
