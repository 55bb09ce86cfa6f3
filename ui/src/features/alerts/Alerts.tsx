import { Stack } from "@mantine/core";

import { AlertRules } from "./AlertRules";
import { Deliveries } from "./Deliveries";
import { Incidents } from "./Incidents";

/** What is told to whom when something goes wrong, what went wrong, and what was sent. */
export function Alerts() {
  return (
    <Stack>
      <AlertRules />
      <Incidents />
      <Deliveries />
    </Stack>
  );
}
