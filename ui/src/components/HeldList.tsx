import { Button } from "@mantine/core";
import type { ReactNode } from "react";

import { plural } from "./format";
import { useHeld } from "./useHeld";
import { useReading } from "./useReading";

/** A live list, newest first, that holds still while the pointer or the keyboard is in it. */
export function HeldList<T>({
  items,
  idOf,
  noun,
  children,
}: {
  items: readonly T[];
  idOf: (item: T) => number | string;
  noun: string;
  children: (shown: readonly T[]) => ReactNode;
}) {
  const { reading, hands } = useReading();
  const { shown, waiting, release } = useHeld(items, idOf, reading);
  return (
    <div {...hands} style={{ position: "relative" }}>
      <div role="status" style={{ position: "absolute", insetInlineEnd: 0, top: -38, zIndex: 5 }}>
        {waiting > 0 && (
          <Button size="compact-sm" onClick={release}>
            Show {plural(waiting, `new ${noun}`)}
          </Button>
        )}
      </div>
      {children(shown)}
    </div>
  );
}
