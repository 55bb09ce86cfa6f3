import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post, type SensorView } from "../../api/client";

/** Switch a sensor on or off, or ask it to tick. */
export function useSwitch(name: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (move: "start" | "stop" | "tick") =>
      post<SensorView>(`api/sensors/${encodeURIComponent(name)}/${move}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["sensors"] });
      await queries.invalidateQueries({ queryKey: ["sensor", name] });
    },
  });
}
