import { Stack, Text, TextInput, type ButtonProps } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { post, type JobView, type RunView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { OperateButton } from "../../components/OperateButton";

/** Run a job; a question says what that makes, and asks for partitions where it has some. */
export function RunJobButton({ job, ...looks }: { job: JobView } & Pick<ButtonProps, "size">) {
  const [isAsked, setAsked] = useState(false);
  return (
    <>
      <OperateButton
        {...looks}
        variant="default"
        aria-label={`Run ${job.name}`}
        onClick={() => {
          setAsked(true);
        }}
      >
        Run…
      </OperateButton>
      {isAsked && (
        <Question
          job={job}
          onClose={() => {
            setAsked(false);
          }}
        />
      )}
    </>
  );
}

function Question({ job, onClose }: { job: JobView; onClose: () => void }) {
  const [partition, setPartition] = useState("");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const running = useMutation({
    mutationFn: () =>
      post<RunView>(
        `api/jobs/${encodeURIComponent(job.name)}/runs`,
        job.partitioned ? { partition: partition.trim() } : {},
      ),
    onSuccess: async (run) => {
      await queries.invalidateQueries({ queryKey: ["runs"] });
      await navigate(`/runs/${run.run_id}`);
      onClose();
    },
  });
  return (
    <Confirm
      title={`Run the job ${job.name}?`}
      action="Run it"
      ready={!job.partitioned || partition.trim() !== ""}
      asking={running}
      onClose={onClose}
    >
      <Stack gap="xs">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          A new run makes {job.assets.join(", ")}. What is downstream follows as its conditions say.
        </Text>
        {job.partitioned && (
          <TextInput
            label="Partition"
            description="A key, or a range: first...last"
            value={partition}
            data-autofocus
            onChange={(event) => {
              setPartition(event.currentTarget.value);
            }}
          />
        )}
      </Stack>
    </Confirm>
  );
}
