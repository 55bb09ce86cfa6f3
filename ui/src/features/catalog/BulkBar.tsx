import { Alert, Button, CopyButton, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post, type AssetRow, type RunView } from "../../api/client";
import { plural } from "../../components/format";
import { OperateButton } from "../../components/OperateButton";

/** What can be done with the assets that are ticked. */
export function BulkBar({ rows, onClear }: { rows: readonly AssetRow[]; onClear: () => void }) {
  const [asking, question] = useDisclosure(false);
  if (rows.length === 0) return null;
  const makeable = rows.filter((row) => row.kind === "native" && !row.partitioned);
  return (
    <Paper p="xs" className="hw-bulk" role="region" aria-label="Chosen assets">
      <Group gap="sm">
        <Text size="sm" fw={600}>
          {plural(rows.length, "asset")} chosen
        </Text>
        <OperateButton size="xs" disabled={makeable.length === 0} onClick={question.open}>
          Materialize…
        </OperateButton>
        <CopyButton value={rows.map((row) => row.key).join("\n")}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" onClick={copy}>
              {copied ? "Copied" : "Copy keys"}
            </Button>
          )}
        </CopyButton>
        <Button size="xs" variant="subtle" onClick={onClear}>
          Clear
        </Button>
      </Group>
      <Modal
        opened={asking}
        onClose={question.close}
        title="Materialize"
        centered
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <Question rows={rows} makeable={makeable} onClose={question.close} />
      </Modal>
    </Paper>
  );
}

function Question({
  rows,
  makeable,
  onClose,
}: {
  rows: readonly AssetRow[];
  makeable: readonly AssetRow[];
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const byLocation = Map.groupBy(makeable, (row) => row.location);
  const external = rows.filter((row) => row.kind !== "native").length;
  const partitioned = rows.length - external - makeable.length;
  const start = useMutation({
    mutationFn: async () => {
      for (const mine of byLocation.values()) {
        await post<RunView>("api/runs", { assets: mine.map((row) => row.key) });
      }
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate("/runs");
    },
  });
  return (
    <Stack>
      <Text size="sm">
        This makes {plural(makeable.length, "asset")} in {plural(byLocation.size, "run")}, upstream first, and
        carries out their checks. What follows them on its own will be made too.
      </Text>
      {external > 0 && (
        <Text size="sm" c="dimmed">
          {plural(external, "asset")} left out: other systems make them.
        </Text>
      )}
      {partitioned > 0 && (
        <Text size="sm" c="dimmed">
          {plural(partitioned, "asset")} left out: their pages ask which partition.
        </Text>
      )}
      {start.error && <Alert color="red">{start.error.message}</Alert>}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button
          loading={start.isPending}
          onClick={() => {
            start.mutate();
          }}
        >
          Materialize {plural(makeable.length, "asset")}
        </Button>
      </Group>
    </Stack>
  );
}
