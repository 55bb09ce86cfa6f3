import { TextInput, type TextInputProps } from "@mantine/core";

import { useTyped } from "./useTyped";

/** A field whose text the address holds. */
export function SearchField({
  text,
  onSearch,
  ...more
}: { text: string; onSearch: (text: string) => void } & Omit<TextInputProps, "value" | "onChange">) {
  const { typed, type } = useTyped(text, onSearch);
  return (
    <TextInput
      {...more}
      type="search"
      value={typed}
      onChange={(event) => {
        type(event.currentTarget.value);
      }}
    />
  );
}
