import { useMediaQuery } from "@mantine/hooks";

const NARROW = "(max-width: 48em)";

/** Whether the page stands on a phone, where there is more height than width. */
export function useNarrow(): boolean {
  return useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
}

/** The same, asked once. */
export function isNarrow(): boolean {
  return window.matchMedia(NARROW).matches;
}
