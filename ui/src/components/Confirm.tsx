import { Alert, Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";

/** A question before something is done: what will happen, and a button that says so. */
export function Confirm({
  title,
  action,
  danger = false,
  ready = true,
  asking,
  onClose,
  children,
}: {
  title: string;
  /** What the button that does it says. */
  action: string;
  /** Whether something is taken away. */
  danger?: boolean;
  /** Whether everything that must be chosen is chosen. */
  ready?: boolean;
  asking: { isPending: boolean; error: Error | null; mutate: () => void };
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal opened onClose={onClose} title={title} centered closeButtonProps={{ "aria-label": "Close" }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) asking.mutate();
        }}
      >
        <Stack>
          {children}
          {asking.error && <Alert color="red">{asking.error.message}</Alert>}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Not now
            </Button>
            <Button
              type="submit"
              {...(danger ? { color: "red" } : {})}
              loading={asking.isPending}
              disabled={!ready}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
