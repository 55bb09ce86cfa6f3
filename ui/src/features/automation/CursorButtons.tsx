import { Button, Group, Text, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { post, type SensorView } from "../../api/client";
import { tickingPath } from "../../api/tickingQueries";
import { Confirm } from "../../components/Confirm";

type Move = "change" | "reset" | "end";

/** Set where a sensor's next tick begins: elsewhere, anew, or after all that there is. */
export function CursorButtons({ sensor }: { sensor: SensorView }) {
  const [asked, setAsked] = useState<Move | null>(null);
  const button = (move: Move, word: string) => (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => {
        setAsked(move);
      }}
    >
      {word}
    </Button>
  );
  return (
    <Group gap={6} mt={6}>
      {button("change", "Change…")}
      {sensor.cursor !== null && button("reset", "Reset…")}
      {sensor.kind !== "interval" && button("end", "Skip what it has not seen…")}
      {asked && (
        <Question
          sensor={sensor}
          move={asked}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </Group>
  );
}

const TITLES: Record<Move, string> = {
  change: "Change the cursor",
  reset: "Reset the cursor?",
  end: "Skip what it has not seen?",
};
const ACTIONS: Record<Move, string> = { change: "Set it", reset: "Reset it", end: "Skip it" };

function Question({ sensor, move, onClose }: { sensor: SensorView; move: Move; onClose: () => void }) {
  const queries = useQueryClient();
  const [cursor, setCursor] = useState(sensor.cursor ?? "");
  const save = useMutation({
    mutationFn: () =>
      post(
        `${tickingPath("sensors", sensor.name)}/cursor`,
        move === "end" ? { to_end: true } : { cursor: move === "reset" ? null : cursor },
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["ticking", sensor.name] });
      onClose();
    },
  });
  return (
    <Confirm
      title={TITLES[move]}
      action={ACTIONS[move]}
      danger={move !== "change"}
      ready={move !== "change" || cursor !== ""}
      asking={save}
      onClose={onClose}
    >
      <Text size="sm">
        {move === "change" && (
          <>
            The next tick of <b>{sensor.name}</b> begins from it; a tick that is under way is dropped.
          </>
        )}
        {move === "reset" && (
          <>
            The next tick of <b>{sensor.name}</b> begins anew, and may report again what it has reported
            before. A tick that is under way is dropped; what it keeps beside its cursor stays.
          </>
        )}
        {move === "end" && (
          <>
            <b>{sensor.name}</b> will not be called for events that it has not seen yet; from the next one on
            it is.
          </>
        )}
      </Text>
      {move === "change" && (
        <Textarea
          label="Cursor"
          autosize
          minRows={2}
          maxRows={10}
          value={cursor}
          onChange={(event) => {
            setCursor(event.currentTarget.value);
          }}
        />
      )}
    </Confirm>
  );
}
