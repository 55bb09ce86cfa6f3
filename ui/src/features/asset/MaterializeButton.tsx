import { Alert, Button, Group, JsonInput, Modal, Select, Stack, Text, Tooltip } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { post, type AssetDetail, type RunView } from "../../api/client";
import { findPartitionsQuery, meQuery } from "../../api/queries";
import { OperateButton } from "../../components/OperateButton";
import { useMay } from "../../components/useMay";
import { configOf, configProblem, wantedFields } from "./wantedConfig";

const PAUSE_MILLISECONDS = 200;

/** Makes a native asset after a question, or looks at an observable one; of any other it says who does. */
export function MaterializeButton({ detail }: { detail: AssetDetail }) {
  const [parameters, setParameters] = useSearchParams();
  const opened = parameters.get("do") === "materialize";
  const isKnown = !useQuery(meQuery).isPending;
  const may = useMay("operate") && isKnown;
  const modal = {
    open: () => {
      setParameters((before) => {
        before.set("do", "materialize");
        return before;
      });
    },
    close: () => {
      setParameters(
        (before) => {
          before.delete("do");
          before.delete("partition");
          return before;
        },
        { replace: true },
      );
    },
  };
  const { kind, observable } = detail.asset;
  if (kind !== "native" && !observable) {
    return (
      <Tooltip label="Another system makes this asset. How to report it stands below." multiline maw={280}>
        <Button disabled aria-label="Materialize: not possible, another system makes this asset">
          Materialize
        </Button>
      </Tooltip>
    );
  }
  return (
    <>
      <OperateButton onClick={modal.open}>{observable ? "Observe" : "Materialize"}</OperateButton>
      <Modal
        opened={opened && may}
        onClose={modal.close}
        title={observable ? "Observe" : "Materialize"}
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {opened && <Question detail={detail} onClose={modal.close} />}
      </Modal>
    </>
  );
}

function Question({ detail, onClose }: { detail: AssetDetail; onClose: () => void }) {
  const { key, observable } = detail.asset;
  // Whoever looks at an asset looks at all of its partitions.
  const partitioned = detail.asset.partitioned && !observable;
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [find] = useDebouncedValue(typed, PAUSE_MILLISECONDS);
  const [partition, setPartition] = useState<string | null>(
    parameters.get("partition") ?? detail.partitions?.last ?? null,
  );
  const [config, setConfig] = useState("");
  const wrong = configProblem(config);
  const start = useMutation({
    mutationFn: () =>
      post<RunView>("api/runs", {
        assets: [key],
        ...(partitioned ? { partition } : {}),
        ...(detail.config ? configOf(detail.config.op, config) : {}),
      }),
    onSuccess: async (run) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${run.run_id}`);
    },
  });
  // What is chosen stands in the field, and is no search for itself.
  const wanted = find === partition ? "" : find;
  const partitions = useQuery({ ...findPartitionsQuery(key, wanted), enabled: partitioned });
  const keys = new Set(partitions.data?.items.map((item) => item.key));
  if (partition !== null) keys.add(partition);
  return (
    <Stack>
      <Text size="sm">
        This {observable ? "looks at" : "makes"} <b>{key}</b>
        {partitioned ? ", one partition of it," : ""} in a new run, and carries out its checks.
        {detail.downstream.some((below) => below.asset.automated) &&
          ` What follows it on its own will be made too${observable ? ", if it has changed" : ""}.`}
      </Text>
      {partitioned && (
        <Select
          label="Partition"
          searchable
          value={partition}
          data={[...keys]}
          nothingFoundMessage="No such partition"
          onSearchChange={setTyped}
          onChange={setPartition}
        />
      )}
      {detail.config && (
        <JsonInput
          label="Config"
          description={wantedFields(detail.config.shape)}
          placeholder="{}"
          autosize
          minRows={2}
          value={config}
          error={wrong}
          onChange={setConfig}
        />
      )}
      {start.error && <Alert color="red">{start.error.message}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          loading={start.isPending}
          disabled={(partitioned && partition === null) || wrong !== null}
          onClick={() => {
            start.mutate();
          }}
        >
          {observable ? "Observe" : "Materialize"}
        </Button>
      </Group>
    </Stack>
  );
}
