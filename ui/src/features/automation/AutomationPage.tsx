import { Button, Group, Paper, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";

import { deploymentQuery, schedulesQuery, sensorsQuery } from "../../api/queries";
import { ChoiceFilter } from "../../components/filters";
import { SearchField } from "../../components/SearchField";
import { Empty, Loaded, PageTitle } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { Jobs } from "../jobs/Jobs";
import { CodeLocations } from "../locations/CodeLocations";
import { ScheduleRow, SensorRow } from "./TickingRow";
import { TickTimeline } from "./TickTimeline";
import { narrow, type Standing } from "./words";

const STANDINGS: { value: Standing; label: string }[] = [
  { value: "all", label: "All" },
  { value: "on", label: "On" },
  { value: "off", label: "Off" },
  { value: "failing", label: "Failing" },
];
const FIRST_DRAWN = 100;

/** Everything that ticks by itself: whether it is on, what its last ticks came to, when the next one is; and its code. */
export function AutomationPage() {
  const { fields, set } = useAddressFields();
  const text = fields.get("q") ?? "";
  const standing = STANDINGS.find((each) => each.value === fields.get("show"))?.value ?? "all";
  const sensors = useQuery(sensorsQuery);
  const schedules = useQuery(schedulesQuery);
  const deployment = useQuery(deploymentQuery);
  const isNarrowed = text !== "" || standing !== "all";
  const wanted = {
    sensors: narrow(sensors.data?.items ?? [], standing, text),
    schedules: narrow(schedules.data?.items ?? [], standing, text),
  };
  return (
    <>
      <PageTitle title="Automation">
        <Group gap="sm" className="hw-no-print" role="search" aria-label="Which sensors and schedules">
          <ChoiceFilter
            label="Standing"
            choices={STANDINGS}
            value={standing}
            onChange={(value) => {
              set({ show: value === "all" ? null : value });
            }}
          />
          <SearchField
            size="xs"
            aria-label="Search sensors and schedules"
            placeholder="Search"
            text={text}
            onSearch={(q) => {
              set({ q });
            }}
          />
        </Group>
      </PageTitle>
      <Stack>
        <TickTimeline sensors={wanted.sensors} schedules={wanted.schedules} />
        <Title order={2} size="h5">
          Sensors
        </Title>
        <Loaded query={sensors}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No sensors">
                A sensor polls an outside system and reports what it finds. Decorate a function with{" "}
                <code>@hw.sensor</code>.
              </Empty>
            ) : (
              <Rows label="Sensors" isNarrowed={isNarrowed}>
                {wanted.sensors.map((sensor) => (
                  <SensorRow key={sensor.name} sensor={sensor} />
                ))}
              </Rows>
            )
          }
        </Loaded>
        <Title order={2} size="h5">
          Schedules
        </Title>
        <Loaded query={schedules} rows={2}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty title="No schedules">
                A schedule requests runs at set times: <code>hw.ScheduleDefinition</code>, or a function under{" "}
                <code>@hw.schedule</code>.
              </Empty>
            ) : (
              <Rows label="Schedules" isNarrowed={isNarrowed}>
                {wanted.schedules.map((schedule) => (
                  <ScheduleRow key={schedule.name} schedule={schedule} />
                ))}
              </Rows>
            )
          }
        </Loaded>
        <Jobs />
        <Loaded query={deployment} rows={2}>
          {({ locations }) => <CodeLocations locations={locations} />}
        </Loaded>
      </Stack>
    </>
  );
}

/** The first of many lines, and the rest on demand. */
function Rows({
  label,
  isNarrowed,
  children,
}: {
  label: string;
  isNarrowed: boolean;
  children: readonly ReactNode[];
}) {
  const [drawn, setDrawn] = useState(FIRST_DRAWN);
  if (children.length === 0 && isNarrowed) {
    return <Empty title={`No such ${label.toLowerCase()}`}>Take a filter away.</Empty>;
  }
  return (
    <>
      <Paper>
        <div role="table" aria-label={label}>
          {children.slice(0, drawn)}
        </div>
      </Paper>
      {children.length > drawn && (
        <Group>
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              setDrawn((before) => before + FIRST_DRAWN);
            }}
          >
            Show {Math.min(FIRST_DRAWN, children.length - drawn)} more
          </Button>
        </Group>
      )}
    </>
  );
}
