import { Tabs } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";

/** The tabs of a page in one row; where there is no room for all, the row scrolls, and the shown one is in sight. */
export function TabStrip({
  tabs,
  shown,
}: {
  tabs: readonly { readonly name: string; readonly label: string }[];
  shown: string | undefined;
}) {
  const tab = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const strip = tab.current?.parentElement;
    if (tab.current && strip)
      strip.scrollLeft = tab.current.offsetLeft - (strip.clientWidth - tab.current.offsetWidth) / 2;
  }, [shown, tabs.length]);
  return (
    <Tabs.List mb="md" className="hw-tab-strip">
      {tabs.map(({ name, label }) => (
        <Tabs.Tab key={name} value={name} ref={name === shown ? tab : undefined}>
          {label}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  );
}
