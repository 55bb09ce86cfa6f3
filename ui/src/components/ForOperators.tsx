import { Badge, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";

import { LOOK_ONLY, useMay } from "./useMay";

/** Controls that change something; whoever may only look sees that in their place. */
export function ForOperators({ children, quiet = false }: { children: ReactNode; quiet?: boolean }) {
  if (useMay("operate")) return <>{children}</>;
  if (quiet) return null;
  return (
    <Tooltip label={LOOK_ONLY} multiline maw={280}>
      <Badge variant="default" size="lg" tabIndex={0}>
        You may look only
      </Badge>
    </Tooltip>
  );
}
