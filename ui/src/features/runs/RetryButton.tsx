import { Alert, Button, Menu, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { post, type RunDetail, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { partitionText } from "./RunTable";
import { toRepeat, undoneOf } from "./undone";

type Scope = "all" | "undone";

/** Do a run again, all of it or what it left undone; a question says what that makes. */
export function RetryButton({ detail }: { detail: RunDetail }) {
  const [asked, setAsked] = useState<Scope | null>(null);
  const undone = undoneOf(detail);
  const item = (scope: Scope, label: string, meaning: string, disabled = false) => (
    <Menu.Item
      disabled={disabled}
      onClick={() => {
        setAsked(scope);
      }}
    >
      {label}
      <Text size="xs" c="dimmed">
        {meaning}
      </Text>
    </Menu.Item>
  );
  return (
    <>
      <Menu position="bottom-end" width={300}>
        <Menu.Target>
          <Button variant="default">Run again</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {item("all", "All of it…", `Makes ${plural(detail.run.assets.length, "asset")} in a new run`)}
          {item(
            "undone",
            "What it left undone…",
            undone.length === 0
              ? "Nothing: every step ended well"
              : `Makes ${undone.join(", ")} in a new run`,
            undone.length === 0,
          )}
        </Menu.Dropdown>
      </Menu>
      {asked && (
        <Question
          detail={detail}
          scope={asked}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </>
  );
}

function Question({ detail, scope, onClose }: { detail: RunDetail; scope: Scope; onClose: () => void }) {
  const { run } = detail;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const retry = useMutation({
    mutationFn: () =>
      scope === "all"
        ? post<RunView>("api/runs", toRepeat(detail))
        : post<RunView>(`api/runs/${run.run_id}/retry`),
    onSuccess: async (next) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${next.run_id}`);
      onClose();
    },
  });
  const keys = scope === "all" ? run.assets : undoneOf(detail);
  const partitions = partitionText(run);
  return (
    <Confirm
      title={scope === "all" ? "Run all of it again?" : "Run what it left undone?"}
      action="Run it"
      asking={retry}
      onClose={onClose}
    >
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          A new run {(run.checks ?? []).length > 0 ? "carries out the checks of" : "makes"} {keys.join(", ")}
          {partitions !== null && `, partition ${partitions}`}, with the tags and the config of this one. What
          is downstream follows as its conditions say.
        </Text>
        {run.status === "failure" && run.error && (
          <Alert color="yellow" title="It failed with">
            <Text size="sm" lineClamp={3}>
              {run.error.message}
            </Text>
          </Alert>
        )}
      </Stack>
    </Confirm>
  );
}
