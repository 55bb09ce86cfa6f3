import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type BackfillView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { actionsOf, consequence, type Action } from "./progress";

const WORDS: Record<Action, string> = {
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel the backfill",
  retry: "Retry what is not made",
};

/** What may be asked of a backfill, each after a question that says what will happen. */
export function BackfillActions({ backfill }: { backfill: BackfillView }) {
  const [asked, setAsked] = useState<Action | null>(null);
  return (
    <Group gap="sm" className="hw-no-print">
      {actionsOf(backfill.status).map((action) => (
        <Button
          key={action}
          {...(action === "cancel" ? { color: "red", variant: "light" } : { variant: "default" })}
          onClick={() => {
            setAsked(action);
          }}
        >
          {WORDS[action]}…
        </Button>
      ))}
      {asked && (
        <Question
          action={asked}
          backfill={backfill}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </Group>
  );
}

function Question({
  action,
  backfill,
  onClose,
}: {
  action: Action;
  backfill: BackfillView;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () =>
      post<BackfillView>(`api/backfills/${encodeURIComponent(backfill.backfill_id)}/${action}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["backfills"] });
      onClose();
    },
  });
  return (
    <Confirm
      title={`${WORDS[action]}?`}
      action={WORDS[action]}
      danger={action === "cancel"}
      asking={ask}
      onClose={onClose}
    >
      <Text size="sm">{consequence(action, backfill.counts)}</Text>
    </Confirm>
  );
}
