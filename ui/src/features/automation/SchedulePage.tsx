import { Code, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "react-router";

import type { Schemas } from "../../api/client";
import { scheduleQuery } from "../../api/tickingQueries";
import { CodePlace } from "../../components/CodePlace";
import { isElsewhere, toExact, toExactIn } from "../../components/format";
import { Moment } from "../../components/marks";
import { Loaded } from "../../components/states";
import { TickingPage } from "./TickingPage";

/** One schedule: when it fires, its ticks, its switch. */
export function SchedulePage() {
  const { name = "" } = useParams();
  const query = useQuery(scheduleQuery(name));
  return (
    <Loaded query={query} title={name} others={{ path: "/sensors", name: "all schedules" }}>
      {(schedule) => <TickingPage kind="schedules" item={schedule} facts={factsOf(schedule)} />}
    </Loaded>
  );
}

function factsOf(schedule: Schemas["ScheduleView"]) {
  return [
    [
      "Cron",
      <>
        <Code>{schedule.cron_schedule.join(", ")}</Code> in {schedule.execution_timezone}
      </>,
    ],
    ["Last tick", <Moment at={schedule.last_tick?.ended_at} />],
    [
      "Next",
      schedule.next_times.length === 0
        ? "none, it is off"
        : schedule.next_times.map((at) => <Due key={at} at={at} zone={schedule.execution_timezone} />),
    ],
    ["Missed times", missedText(schedule.catch_up)],
    ["Makes", <Made jobs={schedule.jobs} assets={schedule.targets ?? []} />],
    ["Defined in", schedule.source ? <CodePlace source={schedule.source} /> : "–"],
  ] as const;
}

/** When a schedule fires, by its own clock, and by the reader's where that shows another time; in UTC on hover. */
function Due({ at, zone }: { at: number; zone: string }) {
  const exact = new Date(at * 1000).toISOString();
  return (
    <time dateTime={exact} title={exact} style={{ display: "block" }}>
      {toExactIn(at, zone)}
      {isElsewhere(at, zone) && (
        <Text span inherit c="dimmed">
          {" "}
          · {toExact(at)} where you are
        </Text>
      )}
    </time>
  );
}

function Made({ jobs, assets }: { jobs: readonly string[]; assets: readonly string[] }) {
  if (jobs.length + assets.length === 0) return "what its function asks for";
  return (
    <>
      {jobs.map((job) => (
        <div key={job}>
          <Link to={`/jobs/${encodeURIComponent(job)}`}>{job}</Link>
        </div>
      ))}
      {assets.join(", ")}
    </>
  );
}

function missedText(catchUp: number | null): string {
  if (catchUp === null) return "all made up for";
  return catchUp === 1 ? "the last one is made up for" : `the last ${catchUp} are made up for`;
}
