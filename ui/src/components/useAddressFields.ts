import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** What the address says after its question mark, and a way to change some of it without a step in the history. */
export function useAddressFields() {
  const [parameters, setParameters] = useSearchParams();
  const set = useCallback(
    (fields: Readonly<Record<string, string | readonly string[] | null>>) => {
      setParameters(
        (before) => {
          for (const [name, value] of Object.entries(fields)) {
            before.delete(name);
            for (const each of typeof value === "string" ? [value] : (value ?? []))
              if (each) before.append(name, each);
          }
          return before;
        },
        { replace: true },
      );
    },
    [setParameters],
  );
  return { fields: parameters, set };
}
