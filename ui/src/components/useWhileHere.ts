import { useCallback, useEffect, useRef } from "react";
import { useNavigation } from "react-router";

/**
 * Work that follows later, such as an address that is changed after a pause: not once the reader is on the way to another
 * page. While that page is fetched this one still stands, and a change of its address would lead back to it.
 */
export function useWhileHere<A extends unknown[]>(work: (...given: A) => void): (...given: A) => void {
  const leaving = useNavigation().state !== "idle";
  const latest = useRef({ leaving, work });
  useEffect(() => {
    latest.current = { leaving, work };
  });
  return useCallback((...given: A) => {
    if (!latest.current.leaving) latest.current.work(...given);
  }, []);
}
