import { TextInput, type TextInputProps } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

const PAUSE_MILLISECONDS = 120;

/**
 * A field whose text the address holds.
 *
 * What is typed shows at once and is told after a short pause: an address that changes with each key lags behind a quick
 * hand, and would take letters back.
 */
export function SearchField({
  text,
  onSearch,
  ...more
}: { text: string; onSearch: (text: string) => void } & Omit<TextInputProps, "value" | "onChange">) {
  const [typed, setTyped] = useState(text);
  const [told, setTold] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by other means, such as "back" or a saved view.
  if (text !== told) {
    setTold(text);
    setTyped(text);
  }
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  return (
    <TextInput
      {...more}
      type="search"
      value={typed}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          setTold(next);
          onSearch(next);
        }, PAUSE_MILLISECONDS);
      }}
    />
  );
}
