import { Stack } from "@mantine/core";

import { Retention } from "./Retention";
import { RoomTaken } from "./RoomTaken";

/** What takes room in the store, and for how long it is kept. */
export function Storage() {
  return (
    <Stack>
      <RoomTaken />
      <Retention />
    </Stack>
  );
}
