import { Select, type SelectProps } from "@mantine/core";
import { useState } from "react";

const LISTED = 50;

/** One asset by name; that there are thousands matters only once somebody looks for one. */
export function AssetFinder({
  keys,
  value,
  ...others
}: Omit<SelectProps, "data" | "value"> & { keys: readonly string[]; value: string | null }) {
  const [used, setUsed] = useState(false);
  return (
    <Select
      {...others}
      searchable
      clearable
      limit={LISTED}
      value={value}
      data={used ? keys : value === null ? [] : [value]}
      onFocus={() => {
        setUsed(true);
      }}
    />
  );
}
