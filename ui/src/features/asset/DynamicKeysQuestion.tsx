import { Alert, MultiSelect, TagsInput, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type Schemas } from "../../api/client";
import { dynamicKeysQuery } from "../../api/queries";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";

const PAUSE_MILLISECONDS = 250;
const MOST_NAMED = 8;

/** Some keys by name, the rest by number. */
function firstOf(keys: readonly string[]): string {
  const rest = keys.length - MOST_NAMED;
  return keys.slice(0, MOST_NAMED).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Add keys to dynamic partitions or delete some, after saying whose they are and what has data. */
export function DynamicKeysQuestion({ name, onClose }: { name: string; onClose: () => void }) {
  const queries = useQueryClient();
  const [change, setChange] = useState<{ add: string[]; delete: string[] }>({ add: [], delete: [] });
  const [settled] = useDebouncedValue(change, PAUSE_MILLISECONDS);
  const path = `api/dynamic_partitions/${encodeURIComponent(name)}`;
  const known = useQuery(dynamicKeysQuery(name)).data;
  const plan = useQuery({
    queryKey: ["dynamic", name, settled],
    queryFn: () => post<Schemas["DynamicKeysView"]>(path, { ...settled, dry_run: true }),
    enabled: settled.add.length + settled.delete.length > 0,
    placeholderData: (before) => before,
  });
  const save = useMutation({
    mutationFn: () => post<Schemas["DynamicKeysView"]>(path, change),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  const changes = change.add.length + change.delete.length > 0;
  return (
    <Confirm
      title={`Partitions of ${name}`}
      action="Change them"
      danger={change.delete.length > 0}
      ready={changes && plan.error === null}
      asking={save}
      onClose={onClose}
    >
      <Text size="sm">
        {known
          ? `${plural(known.keys.length, "key")}, shared by ${plural(known.assets.length, "asset")}: ${known.assets.join(", ")}.`
          : "…"}
      </Text>
      <TagsInput
        label="Add"
        placeholder="A key, then Enter"
        value={change.add}
        onChange={(add) => {
          setChange({ ...change, add });
        }}
      />
      <MultiSelect
        label="Delete"
        searchable
        limit={100}
        data={known?.keys ?? []}
        value={change.delete}
        onChange={(gone) => {
          setChange({ ...change, delete: gone });
        }}
      />
      {plan.error && <Alert color="red">{plan.error.message}</Alert>}
      {changes && plan.data && !plan.error && (
        <Text size="sm" role="status">
          This adds {plural(plan.data.added.length, "key")} and deletes{" "}
          {plural(plan.data.deleted.length, "key")}.
          {plan.data.materialized.length > 0 &&
            ` There is data of ${firstOf(plan.data.materialized)}: it stays in the log, under a key that is unknown then.`}
        </Text>
      )}
    </Confirm>
  );
}
