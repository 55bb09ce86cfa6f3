import { Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { post, type AssetDetail, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { showKey } from "../../components/keys";
import { OperateButton } from "../../components/OperateButton";

/** Carry out some checks of an asset now, without making it anew. */
export function RunChecksButton({ detail, names }: { detail: AssetDetail; names: readonly string[] }) {
  const [asking, question] = useDisclosure(false);
  return (
    <>
      <OperateButton
        size="xs"
        variant="default"
        className="hw-no-print"
        aria-label={names.length === 1 ? `Run ${names[0] ?? ""}` : undefined}
        onClick={question.open}
      >
        {names.length === 1 ? "Run…" : `Run all ${names.length}…`}
      </OperateButton>
      {asking && <Question detail={detail} names={names} onClose={question.close} />}
    </>
  );
}

function Question({
  detail,
  names,
  onClose,
}: {
  detail: AssetDetail;
  names: readonly string[];
  onClose: () => void;
}) {
  const { key } = detail.asset;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [partition, setPartition] = useState("");
  const start = useMutation({
    mutationFn: () =>
      post<RunView>("api/runs", {
        checks: names.map((name) => ({ asset: key, name })),
        partition: partition.trim() || null,
      }),
    onSuccess: async (run) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${run.run_id}`);
    },
  });
  const what = names.length === 1 ? (names[0] ?? "") : plural(names.length, "check");
  return (
    <Confirm title="Run checks" action={`Run ${what}`} asking={start} onClose={onClose}>
      <Text size="sm">
        This carries out <b>{names.join(", ")}</b> on <b>{showKey(key)}</b> as it is now, in a new run.
        Nothing is made anew.
      </Text>
      {detail.partitions && (
        <TextInput
          label="Partition"
          placeholder={`All of it, or a key such as ${detail.partitions.last ?? "2026-01-01"}`}
          value={partition}
          onChange={(event) => {
            setPartition(event.currentTarget.value);
          }}
        />
      )}
    </Confirm>
  );
}
