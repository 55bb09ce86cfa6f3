import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post } from "../../api/client";
import { tickingPath, type TickingKind } from "../../api/tickingQueries";

/** Switch a sensor or schedule on or off, leave the switch to its code again, or ask it to tick. */
export function useTickingChange(kind: TickingKind, name: string) {
  const queries = useQueryClient();
  return useMutation({
    // What is asked in haste is done in its order.
    scope: { id: `${kind} ${name}` },
    mutationFn: (move: "start" | "stop" | "tick" | "reset") =>
      post<unknown>(`${tickingPath(kind, name)}/${move}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [kind] });
      await queries.invalidateQueries({ queryKey: ["ticking", name] });
    },
  });
}
