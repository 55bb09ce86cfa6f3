import { Alert, Button, Menu, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";

import { post, type RunDetail, type RunView } from "../../api/client";
import { plural } from "../../components/format";
import { undoneOf } from "./undone";

/** Do a run again, all of it or what it left undone. */
export function RetryButton({ detail }: { detail: RunDetail }) {
  const { run } = detail;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const undone = undoneOf(detail);
  const retry = useMutation({
    mutationFn: (assets: string[]) =>
      post<RunView>("api/runs", { assets, partitions: detail.partitions, tags: run.tags }),
    onSuccess: async (next) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${next.run_id}`);
    },
  });
  const item = (label: string, meaning: string, assets: string[]) => (
    <Menu.Item
      disabled={assets.length === 0}
      onClick={() => {
        retry.mutate(assets);
      }}
    >
      {label}
      <Text size="xs" c="dimmed">
        {meaning}
      </Text>
    </Menu.Item>
  );
  return (
    <Stack gap={4} align="flex-end">
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button variant="default" loading={retry.isPending}>
            Run again
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {item("All of it", `Makes ${plural(run.assets.length, "asset")} in a new run`, run.assets)}
          {item(
            "What it left undone",
            undone.length === 0
              ? "Nothing: every step ended well"
              : `Makes ${undone.join(", ")} in a new run`,
            undone,
          )}
        </Menu.Dropdown>
      </Menu>
      {retry.error && <Alert color="red">{retry.error.message}</Alert>}
    </Stack>
  );
}
