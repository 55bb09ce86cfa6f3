import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";

import { post, type RunDetail, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { undoneOf } from "./undone";

/** End a run, after a question that says what becomes of it. */
export function CancelButton({ detail }: { detail: RunDetail }) {
  const [asking, question] = useDisclosure(false);
  return (
    <>
      <Button color="red" variant="light" onClick={question.open}>
        Cancel the run…
      </Button>
      {asking && <Question detail={detail} onClose={question.close} />}
    </>
  );
}

function Question({ detail, onClose }: { detail: RunDetail; onClose: () => void }) {
  const { run } = detail;
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => post<RunView>(`api/runs/${run.run_id}/cancel`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["run", run.run_id] });
      await queries.invalidateQueries({ queryKey: ["runs"] });
      onClose();
    },
  });
  return (
    <Confirm title="Cancel this run?" action="Cancel the run" danger asking={cancel} onClose={onClose}>
      <Text size="sm">{cancelText(detail)}</Text>
    </Confirm>
  );
}

/** What becomes of a run that is canceled. */
export function cancelText(detail: RunDetail): string {
  const undone = plural(undoneOf(detail).length, "asset");
  if (detail.run.started_at === null) return `It leaves the queue at once; ${undone} will not be made.`;
  const made = detail.run.assets.length - undoneOf(detail).length;
  const kept = made === 0 ? "Nothing is made yet." : `What is made stays: ${plural(made, "asset")}.`;
  return `Its processes are ended as soon as its engine hears of it, in the middle of what they do; ${undone} will not be made. ${kept}`;
}
