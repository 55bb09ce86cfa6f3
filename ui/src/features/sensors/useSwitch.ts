import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post } from "../../api/client";

export type Kind = "sensors" | "schedules";

/** Switch a sensor or schedule on or off, leave the switch to its code again, or ask it to tick. */
export function useSwitch(name: string, kind: Kind = "sensors") {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (move: "start" | "stop" | "tick" | "reset") =>
      post<unknown>(`api/${kind}/${encodeURIComponent(name)}/${move}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [kind] });
      await queries.invalidateQueries({ queryKey: ["sensor", name] });
    },
  });
}
