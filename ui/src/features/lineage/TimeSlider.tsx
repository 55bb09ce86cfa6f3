import { Button, Group, Slider, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { momentsQuery } from "../../api/queries";
import { toExact } from "../../components/format";
import { useNow } from "../../components/useNow";

const LEAST_SECONDS = 600;
const MOST_MARKS = 40;

/** The moment that the lineage is shown as of; marks are when definitions changed. */
export function TimeSlider({
  moment,
  onMoment,
}: {
  moment: number | null;
  onMoment: (moment: number | null) => void;
}) {
  const now = useNow();
  const moments = useQuery(momentsQuery).data?.items ?? [];
  const first = Math.min(now - LEAST_SECONDS, ...moments.map((each) => each.timestamp));
  const [dragged, setDragged] = useState<number | null>(null);
  const at = dragged ?? moment ?? now;
  return (
    <Group gap="sm" mb="sm" wrap="nowrap" className="hw-no-print" role="group" aria-label="As of">
      <Text size="sm" style={{ flex: "none" }} role="status">
        {moment === null && dragged === null ? "As of now" : `As of ${toExact(at)}`}
      </Text>
      <Slider
        flex={1}
        miw={120}
        size="sm"
        thumbLabel="As of which moment"
        min={first}
        max={now}
        step={1}
        label={toExact}
        marks={moments.slice(0, MOST_MARKS).map((each) => ({ value: each.timestamp }))}
        value={at}
        onChange={setDragged}
        onChangeEnd={(value) => {
          setDragged(null);
          onMoment(value >= now - 1 ? null : value);
        }}
      />
      <Button
        size="xs"
        variant="default"
        disabled={moment === null}
        onClick={() => {
          onMoment(null);
        }}
      >
        Now
      </Button>
    </Group>
  );
}
