import { Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type AssetDetail, type Schemas } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { showKey } from "../../components/keys";
import type { Chosen } from "./range";

/** Forget what is known of an asset or of some of its partitions, after saying what that comes to. */
export function WipeQuestion({
  detail,
  chosen = null,
  onClose,
}: {
  detail: AssetDetail;
  /** Partitions, and how many of them something is known of. */
  chosen?: Chosen | null;
  onClose: () => void;
}) {
  const { key } = detail.asset;
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const body = { key, partitions: chosen?.names ?? [] };
  const plan = useQuery({
    queryKey: ["asset", key, "wipe", chosen?.names ?? null],
    queryFn: () => post<Schemas["CorrectionView"]>("api/corrections/wipe", { ...body, dry_run: true }),
  });
  const wipe = useMutation({
    mutationFn: () =>
      post<Schemas["CorrectionView"]>("api/corrections/wipe", { ...body, reason: reason.trim() || null }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  const what =
    chosen === null
      ? showKey(key)
      : `${plural(chosen.count, "partition")} of ${showKey(key)} (${chosen.text})`;
  return (
    <Confirm
      title={chosen === null ? "Wipe the asset" : "Wipe partitions"}
      action={chosen === null ? "Wipe it" : `Wipe ${plural(chosen.count, "partition")}`}
      danger
      ready={plan.data !== undefined}
      asking={wipe}
      onClose={onClose}
    >
      <Text size="sm">
        Headwater forgets what it knows of <b>{what}</b>:{" "}
        {plan.data ? `${plural(plan.data.events, "event")} no longer count` : "…"}, and it stands as if it had
        never been made. The log keeps the events, and the data itself is not touched.
      </Text>
      {detail.downstream.some((below) => below.asset.automated) && (
        <Text size="sm">
          What follows it on its own is not made for that; the next version of it is news to them.
        </Text>
      )}
      {plan.error && (
        <Text size="sm" c="var(--hw-bad)">
          {plan.error.message}
        </Text>
      )}
      <TextInput
        label="Why"
        placeholder="Kept with the event, for whoever wonders"
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
        }}
      />
    </Confirm>
  );
}
