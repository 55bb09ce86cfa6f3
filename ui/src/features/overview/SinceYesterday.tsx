import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useMemo, useState } from "react";
import { Link } from "react-router";

import type { AssetRow } from "../../api/client";
import { assetsAsOfQuery, diffQuery } from "../../api/queries";
import { plural } from "../../components/format";
import { toSelection } from "../../components/keys";
import { AssetLink } from "../../components/marks";
import { Loaded, Section } from "../../components/states";
import { changesOf } from "./changes";

const DAY_SECONDS = 86_400;
const SHOWN = 6;
const MOST_LISTED = 100;

/** What became better or worse within a day, which definitions came, went or changed, and how much is new. */
export function SinceYesterday({ rows, updated }: { rows: readonly AssetRow[]; updated: number }) {
  // To the hour, so that the question stays the same while the page is open.
  const [since] = useState(() => Math.floor((Date.now() / 1000 - DAY_SECONDS) / 3600) * 3600);
  const before = useQuery(assetsAsOfQuery(since));
  const definitions = useQuery(diffQuery(since));
  const changes = useMemo(() => before.data && changesOf(before.data.items, rows), [before.data, rows]);
  return (
    <Section title="Since yesterday">
      <Stack gap="xs">
        <Text size="sm">
          {updated === 0 ? (
            "No asset was updated within a day."
          ) : (
            <Link to="/catalog?updated=day&sort=updated-desc">
              {plural(updated, "asset")} {updated === 1 ? "was" : "were"} updated
            </Link>
          )}
        </Text>
        {changes && (
          <>
            <Keys one="began to fail" keys={changes.broke} />
            <Keys one="no longer fails" many="no longer fail" keys={changes.mended} />
          </>
        )}
        <Loaded query={definitions} rows={2}>
          {(diff) =>
            diff.added.length + diff.changed.length + diff.removed.length === 0 ? (
              <Text size="sm" c="dimmed">
                No definition came, went or changed.
              </Text>
            ) : (
              <>
                <Keys one="is new" many="are new" keys={diff.added} />
                <Keys
                  one="has another definition"
                  many="have another definition"
                  keys={diff.changed.map((each) => each.key)}
                />
                <Keys one="was removed" many="were removed" keys={diff.removed} gone />
              </>
            )
          }
        </Loaded>
      </Stack>
    </Section>
  );
}

/** How many assets something happened to, told of one or of many, and the first of them. */
function Keys({
  one,
  many = one,
  keys,
  gone = false,
}: {
  one: string;
  many?: string;
  keys: readonly string[];
  gone?: boolean;
}) {
  if (keys.length === 0) return null;
  const rest = keys.length - SHOWN;
  const listed = !gone && keys.length <= MOST_LISTED;
  return (
    <Text size="sm" component="div">
      {plural(keys.length, "asset")} {keys.length === 1 ? one : many}:{" "}
      {keys.slice(0, SHOWN).map((key, place) => (
        <Fragment key={key}>
          {place > 0 && " "}
          <span className="hw-listed">
            <AssetLink assetKey={key} />
            {place < Math.min(keys.length, SHOWN) - 1 && ","}
          </span>
        </Fragment>
      ))}
      {rest > 0 &&
        (listed ? (
          <>
            {" "}
            and <Link to={`/catalog?q=${encodeURIComponent(toSelection(keys))}`}>{rest} more</Link>
          </>
        ) : (
          ` and ${rest} more`
        ))}
    </Text>
  );
}
