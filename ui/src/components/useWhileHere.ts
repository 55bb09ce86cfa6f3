import { useCallback, useContext, useEffect, useRef } from "react";
import { UNSAFE_DataRouterContext } from "react-router";

/**
 * Work that follows later, such as an address that is changed after a pause: not once the reader is on the way to another
 * page. While that page is fetched this one still stands, and a change of its address would lead back to it.
 */
export function useWhileHere<A extends unknown[]>(work: (...given: A) => void): (...given: A) => void {
  // What was rendered last may not know yet that the reader is leaving; the router itself does at once.
  const router = useContext(UNSAFE_DataRouterContext)?.router;
  const latest = useRef(work);
  useEffect(() => {
    latest.current = work;
  });
  return useCallback(
    (...given: A) => {
      if (router?.state.navigation.state === "idle") latest.current(...given);
    },
    [router],
  );
}
