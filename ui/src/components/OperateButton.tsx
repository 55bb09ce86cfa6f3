import { Button, Tooltip, type ButtonProps } from "@mantine/core";
import type { ReactNode } from "react";

import { LOOK_ONLY, useMay } from "./useMay";

/** A button that leads to a change; whoever may only look sees it disabled, and is told why. */
export function OperateButton({
  onClick,
  children,
  ...looks
}: Omit<ButtonProps, "onClick"> & {
  onClick: () => void;
  children: ReactNode;
  "aria-label"?: string | undefined;
}) {
  if (useMay("operate")) {
    return (
      <Button {...looks} onClick={onClick}>
        {children}
      </Button>
    );
  }
  // It keeps the focus, so that the reason is told to whoever comes by keyboard too.
  return (
    <Tooltip label={LOOK_ONLY} multiline maw={280}>
      <Button {...looks} data-disabled aria-disabled>
        {children}
      </Button>
    </Tooltip>
  );
}
