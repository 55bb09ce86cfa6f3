import { Combobox, Group, Text, TextInput, useCombobox } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";

import { completionsQuery } from "../../api/queries";
import { useTyped } from "../../components/useTyped";
import { isSelection } from "./filter";

const PAUSE_MILLISECONDS = 120;

/** A field for words or for a selection; a selection is completed, and told what is wrong with it. */
export function SelectionField({
  text,
  problem,
  onSearch,
}: {
  text: string;
  problem: string | null;
  onSearch: (text: string) => void;
}) {
  const { typed, type } = useTyped(text, onSearch);
  const [caret, setCaret] = useState(text.length);
  const field = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
    },
  });
  const [asked] = useDebouncedValue({ typed, caret }, PAUSE_MILLISECONDS);
  const wanted = isSelection(asked.typed) || /[\w]:?$/.test(asked.typed);
  const found = useQuery({
    ...completionsQuery(asked.typed, asked.caret),
    enabled: combobox.dropdownOpened && wanted && asked.typed !== "",
  }).data;
  const items = wanted ? (found?.items ?? []) : [];
  return (
    <Combobox
      store={combobox}
      withinPortal
      position="bottom-start"
      width={420}
      onOptionSubmit={(value) => {
        if (!found) return;
        const next = asked.typed.slice(0, found.start) + value + asked.typed.slice(found.end);
        type(next);
        setCaret(found.start + value.length);
        field.current?.focus();
      }}
    >
      <Combobox.Target>
        <TextInput
          ref={field}
          type="search"
          aria-label="Search the catalog"
          placeholder="Words, or a selection such as owner:finance and status:stale+"
          value={typed}
          error={problem}
          style={{ flex: "1 1 260px" }}
          onChange={(event) => {
            type(event.currentTarget.value);
            setCaret(event.currentTarget.selectionStart ?? event.currentTarget.value.length);
            combobox.openDropdown();
          }}
          onBlur={() => {
            combobox.closeDropdown();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={items.length === 0}>
        <Combobox.Options mah={280} style={{ overflowY: "auto" }} aria-label="Completions">
          {items.slice(0, 12).map((item) => (
            <Combobox.Option key={`${item.kind} ${item.text}`} value={item.text}>
              <Group gap="sm" wrap="nowrap" justify="space-between">
                <Text size="sm" truncate>
                  {item.text}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {item.detail ?? item.kind}
                </Text>
              </Group>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
