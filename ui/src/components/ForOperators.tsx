import { Badge, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

import { useMay } from "./useMay";

/** Controls that change something; whoever may only look sees that in their place. */
export function ForOperators({ children, quiet = false }: { children: ReactNode; quiet?: boolean }) {
  if (useMay("operate")) return <>{children}</>;
  if (quiet) return null;
  return (
    <Tooltip label="Your role lets you look at everything and change nothing. An admin can give you the role of an operator.">
      <Badge variant="default" size="lg" tabIndex={0}>
        You may look only
      </Badge>
    </Tooltip>
  );
}
