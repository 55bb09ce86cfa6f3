import { Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type EventView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { toExact } from "../../components/format";
import { showKey } from "../../components/keys";
import { OperateButton } from "../../components/OperateButton";

const REPORTS = new Set(["materialization", "observation", "check_evaluation"]);

/** Whether an event can be withdrawn: a report that still counts. */
export function canWithdraw(event: EventView): boolean {
  return REPORTS.has(event.kind) && !event.flags.includes("withdrawn");
}

/** Take an event back: the asset stands as if it had never come. */
export function WithdrawButton({ event }: { event: EventView }) {
  const [asking, question] = useDisclosure(false);
  return (
    <>
      <OperateButton variant="default" size="compact-xs" onClick={question.open}>
        Withdraw…
      </OperateButton>
      {asking && <Question event={event} onClose={question.close} />}
    </>
  );
}

function Question({ event, onClose }: { event: EventView; onClose: () => void }) {
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const withdraw = useMutation({
    mutationFn: () =>
      post("api/corrections/withdraw", { seq: event.seq, reason: reason.trim() || null, dry_run: false }),
    onSuccess: async () => {
      await queries.invalidateQueries();
      onClose();
    },
  });
  return (
    <Confirm title="Withdraw an event" action="Withdraw it" danger asking={withdraw} onClose={onClose}>
      <Text size="sm">
        <b>{event.title}</b>
        {event.asset_key !== null && ` of ${showKey(event.asset_key)}`}
        {event.partition !== null && `, partition ${event.partition}`}, {toExact(event.timestamp)} (event{" "}
        {event.seq}), no longer counts: its asset stands as if it had never come. The log keeps it, and shows
        that it was withdrawn. Runs that have read it stay as they are.
      </Text>
      <TextInput
        label="Why"
        placeholder="Such as: the file was a test"
        value={reason}
        onChange={(change) => {
          setReason(change.currentTarget.value);
        }}
      />
    </Confirm>
  );
}
