import { Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import type { EventView, RunView } from "../../api/client";
import { runEventsQuery } from "../../api/queries";
import { EventList } from "../../components/EventList";
import { MoreButton } from "../../components/MoreButton";
import { Loaded, Section } from "../../components/states";
import { OutputTable } from "./OutputTable";

const OUTPUTS: readonly string[] = ["materialization", "observation", "check_evaluation"];

/** What a run made and found out, and all that the log has of it. */
export function RunEvents({ run }: { run: RunView }) {
  const query = useInfiniteQuery(runEventsQuery(run.run_id));
  return (
    <>
      <Section title="Outputs">
        <Loaded query={query} rows={3}>
          {(pages) => {
            const outputs = eventsOf(pages).filter((event) => OUTPUTS.includes(event.kind));
            if (outputs.length > 0) return <OutputTable events={outputs} />;
            return (
              <Text size="sm" c="dimmed">
                {run.ended_at === null ? "Nothing yet." : "It made nothing."}
              </Text>
            );
          }}
        </Loaded>
      </Section>
      <Section title="Events">
        <Loaded query={query}>
          {(pages) => (
            <>
              <EventList events={eventsOf(pages)} news />
              <MoreButton query={query} />
            </>
          )}
        </Loaded>
      </Section>
    </>
  );
}

function eventsOf({ pages }: { pages: readonly { items: EventView[] }[] }): EventView[] {
  return pages.flatMap((page) => page.items);
}
