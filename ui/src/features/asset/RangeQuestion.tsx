import { Radio, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { post, type AssetDetail, type PartitionState, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { toWork, type Scope, type Way } from "./range";

/** Make several partitions that were chosen on the map. */
export function RangeQuestion({
  detail,
  items,
  onClose,
}: {
  detail: AssetDetail;
  items: readonly PartitionState[];
  onClose: () => void;
}) {
  const { key } = detail.asset;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const missing = toWork(items, "missing");
  const every = toWork(items, "all");
  const [scope, setScope] = useState<Scope>(missing.length > 0 ? "missing" : "all");
  const [way, setWay] = useState<Way>("one");
  const keys = scope === "all" ? every : missing;
  const start = useMutation({
    mutationFn: async () => {
      if (way === "one" || keys.length === 1)
        return post<RunView>("api/runs", { assets: [key], partitions: keys });
      for (const partition of keys) await post<RunView>("api/runs", { assets: [key], partition });
      return null;
    },
    onSuccess: async (run) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(run ? `/runs/${run.run_id}` : `/runs?asset=${encodeURIComponent(key)}`);
    },
  });
  return (
    <Confirm
      title="Materialize partitions"
      action={`Materialize ${plural(keys.length, "partition")}`}
      ready={keys.length > 0}
      asking={start}
      onClose={onClose}
    >
      <Radio.Group
        label="Which"
        value={scope}
        onChange={(value) => {
          setScope(value);
        }}
      >
        <Stack gap={6} mt={6}>
          <Radio
            value="missing"
            disabled={missing.length === 0}
            label={`Those that are missing or failed (${missing.length})`}
          />
          <Radio value="all" label={`All that are chosen (${every.length})`} />
        </Stack>
      </Radio.Group>
      <Radio.Group
        label="How"
        hidden={keys.length < 2}
        value={way}
        onChange={(value) => {
          setWay(value);
        }}
      >
        <Stack gap={6} mt={6}>
          <Radio value="one" label="In one run: its function is called once, with all of them" />
          <Radio value="each" label={`In ${plural(keys.length, "run")}, one for each: one may fail alone`} />
        </Stack>
      </Radio.Group>
      <Text size="sm" c="dimmed">
        {keys.length === 1 ? `${keys[0] ?? ""}. ` : `${keys[0] ?? ""} … ${keys.at(-1) ?? ""}. `}
        Its checks are carried out too.
        {detail.downstream.some((below) => below.asset.automated) &&
          " What follows it on its own will be made as well."}
      </Text>
    </Confirm>
  );
}
