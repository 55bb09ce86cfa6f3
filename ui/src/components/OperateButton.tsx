import { Button, Tooltip, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

import { ADMINS_ONLY, LOOK_ONLY, useMay } from "./useMay";

/** A button that leads to a change; whoever may not make it sees it disabled, and is told why. */
export function OperateButton({
  scope = "operate",
  onClick,
  children,
  ...looks
}: Omit<ButtonProps, "onClick"> & {
  /** What the change needs. */
  scope?: "operate" | "admin";
  onClick: () => void;
  children: ReactNode;
  "aria-label"?: string | undefined;
}) {
  if (useMay(scope)) {
    return (
      <Button {...looks} onClick={onClick}>
        {children}
      </Button>
    );
  }
  // It keeps the focus, so that the reason is told to whoever comes by keyboard too.
  return (
    <Tooltip label={scope === "admin" ? ADMINS_ONLY : LOOK_ONLY} multiline maw={280}>
      <Button {...looks} data-disabled aria-disabled>
        {children}
      </Button>
    </Tooltip>
  );
}
