import { Group, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import type { Schemas } from "../../api/client";
import { alertsQuery } from "../../api/settingsQueries";
import { ChoiceFilter } from "../../components/filters";
import { plural } from "../../components/format";
import { AssetLink, Mark, Moment } from "../../components/marks";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, Section } from "../../components/states";
import type { Look } from "../../components/status";
import { useAddressFields } from "../../components/useAddressFields";

const SHOWN = [
  { value: "open", label: "Open" },
  { value: "all", label: "All" },
];
const FIRST_ASSETS = 4;

/** What went wrong by some rule: open until it is over. */
export function Incidents() {
  const { fields, set } = useAddressFields();
  const isAll = fields.get("incidents") === "all";
  const query = useInfiniteQuery(alertsQuery(!isAll));
  return (
    <Section
      title="Incidents"
      aside={
        <ChoiceFilter
          label="Which incidents"
          choices={SHOWN}
          value={isAll ? "all" : "open"}
          onChange={(value) => {
            set({ incidents: value === "all" ? "all" : null });
          }}
        />
      }
    >
      <Loaded query={query} rows={3}>
        {({ pages }) => {
          const incidents = pages.flatMap((page) => page.items);
          if (incidents.length === 0) {
            return (
              <Empty title={isAll ? "Nothing went wrong so far" : "Nothing is wrong"}>
                What a rule is about opens an incident here; it closes by itself once that is over.
              </Empty>
            );
          }
          return (
            <>
              {incidents.map((incident) => (
                <IncidentLine key={incident.incident_id} incident={incident} />
              ))}
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}

function IncidentLine({ incident }: { incident: Schemas["IncidentView"] }) {
  const { assets } = incident;
  return (
    <div className="hw-line">
      <Group justify="space-between" gap="sm" wrap="nowrap" align="flex-start">
        <Group gap="sm" style={{ minWidth: 0 }}>
          <Mark look={lookOf(incident)} />
          <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
            {incident.title}
          </Text>
          {assets.slice(0, FIRST_ASSETS).map((key) => (
            <AssetLink key={key} assetKey={key} />
          ))}
          {incident.downstream_count > 0 && (
            <Text size="sm" c="dimmed">
              affects {plural(incident.downstream_count, "asset")}
            </Text>
          )}
          {incident.run_id != null && (
            <Link to={`/runs/${incident.run_id}`} className="hw-aside">
              its run
            </Link>
          )}
        </Group>
        <Text size="xs" c="dimmed" style={{ flex: "none" }}>
          <Moment at={incident.opened_at} />
        </Text>
      </Group>
      <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        By {incident.rule}
        {incident.count > 1 && `, ${incident.count} times`}
        {incident.detail != null && `: ${incident.detail}`}
      </Text>
    </div>
  );
}

function lookOf({ resolved_at, severity }: Schemas["IncidentView"]): Look {
  if (resolved_at != null) return { label: "Over", tone: "good", hollow: true, meaning: "It is right again" };
  return severity === "WARN"
    ? { label: "Warning", tone: "warn", meaning: "Open" }
    : { label: "Open", tone: "bad", meaning: "It is still wrong" };
}
