import { Alert, Button, Group, JsonInput, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type AssetDetail } from "../../api/client";
import { plural } from "../../components/format";
import { toParts } from "../../components/keys";
import { OperateButton } from "../../components/OperateButton";

/** Tell of an update of an asset that another system makes, by hand. */
export function ReportButton({ detail }: { detail: AssetDetail }) {
  const [opened, modal] = useDisclosure(false);
  return (
    <>
      <OperateButton variant="default" onClick={modal.open}>
        Report an update
      </OperateButton>
      <Modal
        opened={opened}
        onClose={modal.close}
        title="Report an update"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {opened && <Question detail={detail} onClose={modal.close} />}
      </Modal>
    </>
  );
}

function Question({ detail, onClose }: { detail: AssetDetail; onClose: () => void }) {
  const { key, partitioned } = detail.asset;
  const queries = useQueryClient();
  const [partition, setPartition] = useState(detail.partitions?.last ?? "");
  const [description, setDescription] = useState("");
  const [metadata, setMetadata] = useState("");
  const wrong = problemOf(metadata);
  const followers = detail.downstream.filter((below) => below.asset.automated).length;
  const report = useMutation({
    mutationFn: () =>
      post<unknown>("report_asset_materialization/", {
        asset_key: toParts(key),
        ...(partitioned && partition ? { partition } : {}),
        ...(description ? { description } : {}),
        ...(metadata.trim() ? { metadata: JSON.parse(metadata) as unknown } : {}),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["asset"] });
      onClose();
    },
  });
  return (
    <Stack>
      <Text size="sm">
        This records that <b>{key}</b> was updated just now. The event stays in its history.
        {followers === 1 && " The asset that follows it on its own will be made."}
        {followers > 1 && ` ${plural(followers, "asset")} that follow it on their own will be made.`}
      </Text>
      {partitioned && (
        <TextInput
          label="Partition"
          value={partition}
          onChange={(event) => {
            setPartition(event.currentTarget.value);
          }}
        />
      )}
      <TextInput
        label="Note"
        placeholder="Why it is reported by hand"
        value={description}
        onChange={(event) => {
          setDescription(event.currentTarget.value);
        }}
      />
      <JsonInput
        label="Metadata"
        placeholder={'{"rows": 1203}'}
        autosize
        minRows={2}
        value={metadata}
        error={wrong}
        onChange={setMetadata}
      />
      {report.error && <Alert color="red">{report.error.message}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          loading={report.isPending}
          disabled={wrong !== null}
          onClick={() => {
            report.mutate();
          }}
        >
          Report it
        </Button>
      </Group>
    </Stack>
  );
}

/** What is wrong with metadata as it was typed. */
function problemOf(text: string): string | null {
  if (!text.trim()) return null;
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? null
      : 'Metadata is an object, such as {"rows": 1203}.';
  } catch {
    return 'This is no JSON yet; write it like {"rows": 1203}.';
  }
}
