import { Switch, Tooltip } from "@mantine/core";

import type { TickingKind } from "../../api/tickingQueries";
import { useMay } from "../../components/useMay";
import { useTickingChange } from "./useTickingChange";

const STOPPING: Record<TickingKind, string> = {
  sensors: "Off, it ticks no more; a tick that is under way is dropped",
  schedules: "Off, times that come meanwhile are not made up for",
};

/** Whether a sensor or schedule is on, and the switch for whoever may change that. */
export function TickingSwitch({
  kind,
  name,
  running,
  labelled = false,
}: {
  kind: TickingKind;
  name: string;
  running: boolean;
  /** Whether "On" or "Off" stands beside it; where nothing does, it is still told what it switches. */
  labelled?: boolean;
}) {
  const change = useTickingChange(kind, name);
  const may = useMay("operate");
  const on = change.isPending ? change.variables === "start" : running;
  const told = change.error?.message ?? (may ? STOPPING[kind] : "Your role lets you look only");
  return (
    <Tooltip label={told} multiline maw={280} {...(change.error ? { opened: true } : {})}>
      <Switch
        {...(labelled ? { label: on ? "On" : "Off" } : { "aria-label": `${name} is ${on ? "on" : "off"}` })}
        checked={on}
        disabled={!may}
        onChange={(event) => {
          change.mutate(event.currentTarget.checked ? "start" : "stop");
        }}
      />
    </Tooltip>
  );
}
