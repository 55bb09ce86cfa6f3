import { Group, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { assetEventsQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { HeldList } from "../../components/HeldList";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded } from "../../components/states";
import { EventDiff } from "./EventDiff";
import { canWithdraw, WithdrawButton } from "./WithdrawButton";

const KINDS = [
  { value: "", label: "All" },
  { value: "materialization", label: "Materializations" },
  { value: "observation", label: "Observations" },
  { value: "check_evaluation", label: "Checks" },
];

/** An asset's history, newest first. */
export function AssetEvents({
  assetKey,
  partition: given = null,
}: {
  assetKey: string;
  partition?: string | null;
}) {
  const [comparing, setComparing] = useState(false);
  const [kind, setKind] = useState("");
  const [typed, setTyped] = useState("");
  const [partition] = useDebouncedValue(typed, 300);
  const query = useInfiniteQuery(assetEventsQuery(assetKey, kind || null, given ?? (partition || null)));
  return (
    <>
      {given === null && (
        <Group mb="md">
          <SegmentedControl
            size="xs"
            data={KINDS}
            value={kind}
            onChange={setKind}
            aria-label="Kind of event"
          />
          <TextInput
            size="xs"
            placeholder="Partition"
            aria-label="Partition"
            value={typed}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
            }}
          />
          <Switch
            size="xs"
            label="Compare two"
            checked={comparing}
            onChange={(event) => {
              setComparing(event.currentTarget.checked);
            }}
          />
        </Group>
      )}
      <Loaded query={query}>
        {(pages) => {
          const events = pages.pages.flatMap((page) => page.items);
          if (events.length === 0)
            return <Empty title="No such events">Nothing of this kind was recorded yet.</Empty>;
          return (
            <>
              {comparing && (
                <div style={{ marginBottom: 16 }}>
                  <EventDiff events={events} />
                </div>
              )}
              <HeldList items={events} idOf={(event) => event.seq} noun="event">
                {(shown) => (
                  <EventList
                    events={shown}
                    actions={(event) => (canWithdraw(event) ? <WithdrawButton event={event} /> : null)}
                  />
                )}
              </HeldList>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}
