import { SegmentedControl, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { assetsQuery } from "../api/queries";

const MOST_OFFERED = 40;

/** Narrow a list to what was done for one of the assets that are made here. */
export function AssetFilter({
  value,
  onChange,
}: {
  value: string | null;
  onChange: (key: string | null) => void;
}) {
  const assets = useQuery(assetsQuery).data?.items;
  const keys = useMemo(
    () => (assets ?? []).filter((row) => row.kind === "native").map((row) => row.key),
    [assets],
  );
  return (
    <Select
      aria-label="Of an asset"
      placeholder="Of any asset"
      size="xs"
      w={220}
      searchable
      clearable
      limit={MOST_OFFERED}
      data={keys}
      value={value}
      onChange={onChange}
    />
  );
}

/** Narrow a list to one choice of a few that all stand there; on a narrow screen in several rows. */
export function ChoiceFilter({
  label,
  choices,
  value,
  onChange,
}: {
  label: string;
  choices: { value: string; label: string }[];
  value: string;
  onChange: (value: string) => void;
}) {
  return <SegmentedControl size="xs" aria-label={label} data={choices} value={value} onChange={onChange} />;
}
