import { Stack, Text, UnstyledButton } from "@mantine/core";
import { useState } from "react";

import { toNumber } from "../../components/format";
import { ASSET_LOOKS, CHECK_LOOKS, KINDS, LATENESS_LOOKS, REASON_LOOKS } from "../../components/status";
import { NOTHING_WRONG } from "../../components/trouble";
import { FACET_NAMES, FACETS, type FacetName, type FacetValue } from "./filter";

const AGE_LABELS = {
  hour: { label: "Within an hour" },
  day: { label: "Within a day" },
  week: { label: "Within a week" },
  older: { label: "Longer ago" },
  never: { label: "Never" },
};
const LOOKS: Partial<Record<FacetName, Record<string, { readonly label: string }>>> = {
  look: { ...REASON_LOOKS, [NOTHING_WRONG]: { label: "Nothing wrong" } },
  status: ASSET_LOOKS,
  late: LATENESS_LOOKS,
  checks: CHECK_LOOKS,
  updated: AGE_LABELS,
  kind: KINDS,
};
const FEW = 6;
const MANY = 200;

/** What the catalog may be narrowed by, with how many assets each value has. */
export function Facets({
  facets,
  chosen,
  onToggle,
}: {
  facets: Readonly<Record<FacetName, readonly FacetValue[]>>;
  chosen: Readonly<Record<FacetName, readonly string[]>>;
  onToggle: (facet: FacetName, value: string) => void;
}) {
  return (
    <Stack gap="lg" component="aside" aria-label="Filters">
      {FACET_NAMES.map((facet) => (
        <Facet
          key={facet}
          facet={facet}
          values={facets[facet]}
          chosen={chosen[facet]}
          onToggle={(value) => {
            onToggle(facet, value);
          }}
        />
      ))}
    </Stack>
  );
}

function Facet({
  facet,
  values,
  chosen,
  onToggle,
}: {
  facet: FacetName;
  values: readonly FacetValue[];
  chosen: readonly string[];
  onToggle: (value: string) => void;
}) {
  const [all, setAll] = useState(false);
  if (values.length === 0) return null;
  // What is chosen stays in sight, however few assets have it.
  const first = values.filter((each, place) => place < FEW || chosen.includes(each.value));
  const shown = all ? values.slice(0, MANY) : first;
  return (
    <div role="group" aria-label={FACETS[facet]}>
      <Text size="xs" fw={600} c="dimmed" mb={6}>
        {FACETS[facet]}
      </Text>
      <Stack gap={0}>
        {shown.map(({ value, count }) => (
          <UnstyledButton
            key={value}
            role="checkbox"
            aria-checked={chosen.includes(value)}
            className="hw-facet"
            onClick={() => {
              onToggle(value);
            }}
          >
            <span className="hw-facet-box" aria-hidden="true" />
            <span className="hw-cell">{labelOf(facet, value)}</span>
            <span className="hw-quiet">{toNumber(count)}</span>
          </UnstyledButton>
        ))}
        {values.length > first.length && (
          <UnstyledButton
            fz="xs"
            c="var(--mantine-color-anchor)"
            mih={24}
            onClick={() => {
              setAll(!all);
            }}
          >
            {all ? "Fewer" : `${toNumber(values.length - first.length)} more`}
          </UnstyledButton>
        )}
      </Stack>
    </div>
  );
}

function labelOf(facet: FacetName, value: string): string {
  return LOOKS[facet]?.[value]?.label ?? value;
}
