import { Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post, type AssetDetail, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import type { Chosen, Status } from "./range";

/** Make the partitions that were chosen on the map, in one run. */
export function RangeQuestion({
  detail,
  chosen: { names, text, count },
  counts,
  onClose,
}: {
  detail: AssetDetail;
  chosen: Chosen;
  counts: Readonly<Record<Status, number>>;
  onClose: () => void;
}) {
  const { key } = detail.asset;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const start = useMutation({
    mutationFn: () => post<RunView>("api/runs", { assets: [key], partitions: names }),
    onSuccess: async (run) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${run.run_id}`);
    },
  });
  return (
    <Confirm
      title="Materialize partitions"
      action={`Materialize ${plural(count, "partition")}`}
      asking={start}
      onClose={onClose}
    >
      <Text size="sm">
        {count === 1 ? (
          <>
            This makes <b>{text}</b>
          </>
        ) : (
          <>
            This makes <b>{text}</b> in one run: the function is called once, with all of them
          </>
        )}
        {counts.materialized > 0 && `, ${counts.materialized} of which are there already`}. Its checks are
        carried out too.
        {detail.downstream.some((below) => below.asset.automated) &&
          " What follows it on its own will be made as well."}
      </Text>
      {count > 1 && (
        <Text size="sm" c="dimmed">
          A backfill leaves out what is there, and can make each in a run of its own.
        </Text>
      )}
    </Confirm>
  );
}
