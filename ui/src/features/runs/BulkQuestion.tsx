import { Alert, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import type { RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { actionText, carryOutAll, consequenceText, type BulkAction } from "./bulk";

/** Whether to do it; runs for which it was refused stay, with the reasons, so that nothing is done twice. */
export function BulkQuestion({
  action,
  runs,
  onDone,
  onClose,
}: {
  action: BulkAction;
  runs: readonly RunView[];
  onDone: () => void;
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [left, setLeft] = useState(runs);
  const ask = useMutation({
    mutationFn: () => carryOutAll(action, left),
    onSuccess: async (refused) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      if (refused.length > 0) {
        setLeft(refused.map(({ run }) => run));
        return;
      }
      onDone();
      onClose();
    },
  });
  const refused = ask.data ?? [];
  const text = actionText(action, left.length);
  return (
    <Confirm title={`${text}?`} action={text} danger={action === "cancel"} asking={ask} onClose={onClose}>
      <Text size="sm">{consequenceText(action, left)}</Text>
      {refused.length > 0 && (
        <Alert color="red" title={`Refused for ${plural(refused.length, "run")}; the others are done`}>
          {refused.map(({ run, reason }) => (
            <Text key={run.run_id} size="sm" style={{ overflowWrap: "anywhere" }}>
              {run.assets.join(", ")}: {reason}
            </Text>
          ))}
        </Alert>
      )}
    </Confirm>
  );
}
