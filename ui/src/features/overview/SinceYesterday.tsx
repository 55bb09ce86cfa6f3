import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { diffQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { AssetLink } from "../../components/marks";
import { Loaded, Section } from "../../components/states";

const DAY_SECONDS = 86_400;
const SHOWN = 6;

/** Which definitions came, went or changed within a day. */
export function SinceYesterday() {
  // To the hour, so that the question stays the same while the page is open.
  const [since] = useState(() => Math.floor((Date.now() / 1000 - DAY_SECONDS) / 3600) * 3600);
  const query = useQuery(diffQuery(since));
  return (
    <Section title="Definitions since yesterday">
      <Loaded query={query} rows={2}>
        {(diff) => {
          const parts = [
            { title: "new", keys: diff.added },
            { title: "changed", keys: diff.changed.map((each) => each.key) },
            { title: "removed", keys: diff.removed },
          ].filter((part) => part.keys.length > 0);
          if (parts.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                No definition came, went or changed.
              </Text>
            );
          }
          return (
            <Stack gap="xs">
              {parts.map(({ title, keys }) => (
                <Text key={title} size="sm" component="div">
                  {plural(keys.length, `${title} asset`)}:{" "}
                  {keys.slice(0, SHOWN).map((key, place) => (
                    <span key={key}>
                      {place > 0 && ", "}
                      <AssetLink assetKey={key} />
                    </span>
                  ))}
                  {keys.length > SHOWN && ` and ${keys.length - SHOWN} more`}
                </Text>
              ))}
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
}
