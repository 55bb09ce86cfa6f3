import { Button, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type SensorView } from "../../api/client";
import { Confirm } from "../../components/Confirm";

/** Set where a sensor's next tick begins; empty lets it begin anew. */
export function CursorButton({ sensor }: { sensor: SensorView }) {
  const [asking, question] = useDisclosure(false);
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={question.open}>
        Change…
      </Button>
      {asking && <Question sensor={sensor} onClose={question.close} />}
    </>
  );
}

function Question({ sensor, onClose }: { sensor: SensorView; onClose: () => void }) {
  const queries = useQueryClient();
  const [cursor, setCursor] = useState(sensor.cursor ?? "");
  const save = useMutation({
    mutationFn: () =>
      post(`api/sensors/${encodeURIComponent(sensor.name)}/cursor`, { cursor: cursor || null }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["sensor", sensor.name] });
      onClose();
    },
  });
  return (
    <Confirm
      title="Change the cursor"
      action={cursor === "" ? "Reset it" : "Set it"}
      danger={cursor === ""}
      asking={save}
      onClose={onClose}
    >
      <Text size="sm">
        The next tick of <b>{sensor.name}</b> begins from it; a tick that is under way is dropped. Without one
        it begins anew, and may report again what it has reported before.
      </Text>
      <Textarea
        label="Cursor"
        placeholder="None: begin anew"
        autosize
        minRows={2}
        maxRows={10}
        value={cursor}
        onChange={(event) => {
          setCursor(event.currentTarget.value);
        }}
      />
    </Confirm>
  );
}
