import { Button, Menu, TextInput } from "@mantine/core";
import { useState } from "react";

import { GIVEN, readViews, removeView, saveView } from "./views";

/** Ways to look at the catalog: those that come with it, and the reader's own. */
export function ViewsMenu({ search, onOpen }: { search: string; onOpen: (search: string) => void }) {
  const [views, setViews] = useState(readViews);
  const [name, setName] = useState("");
  const current = [...GIVEN, ...views].find((view) => view.search === search);
  const mine = views.find((view) => view.search === search);
  return (
    <Menu width={260} position="bottom-end">
      <Menu.Target>
        <Button variant="default">{current ? current.name : "Views"}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {[...GIVEN, ...views].map((view) => (
          <Menu.Item
            key={view.name}
            onClick={() => {
              onOpen(view.search);
            }}
          >
            {view.name}
          </Menu.Item>
        ))}
        {mine && (
          <Menu.Item
            c="var(--hw-bad)"
            onClick={() => {
              setViews(removeView(mine.name));
            }}
          >
            Forget “{mine.name}”
          </Menu.Item>
        )}
        {!current && (
          <form
            style={{ padding: 8 }}
            onSubmit={(event) => {
              event.preventDefault();
              if (name.trim()) setViews(saveView({ name: name.trim(), search }));
            }}
          >
            <TextInput
              size="xs"
              label="Keep this view as"
              placeholder="Name, then Enter"
              value={name}
              onChange={(event) => {
                setName(event.currentTarget.value);
              }}
              onKeyDown={(event) => {
                event.stopPropagation();
              }}
            />
          </form>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
