import { useMediaQuery } from "@mantine/hooks";

/** Whether the page stands on a phone, where there is more height than width. */
export function useNarrow(): boolean {
  return useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
}
