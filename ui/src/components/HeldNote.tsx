import { Text } from "@mantine/core";

import { plural } from "./format";

/** Says quietly that a list holds its order while it is read, and how much waits. */
export function HeldNote({ changes }: { changes: number }) {
  return (
    <Text size="xs" c="dimmed" role="status">
      {changes > 0 && `Order held while you read: ${plural(changes, "change")}`}
    </Text>
  );
}
