import { Button, Group, Select, TagsInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { deploymentQuery } from "../../api/queries";
import { AssetFilter, ChoiceFilter } from "../../components/filters";
import { useAddressFields } from "../../components/useAddressFields";
import { isNarrowed, NO_FILTERS, readRunFilters } from "./runFilters";

const STATUSES = [
  { value: "", label: "All" },
  { value: "queued", label: "Queued" },
  { value: "started", label: "Running" },
  { value: "success", label: "Success" },
  { value: "failure", label: "Failed" },
  { value: "canceled", label: "Canceled" },
];
const CAUSES = [
  { value: "automation", label: "Conditions" },
  { value: "sensor", label: "Sensors" },
  { value: "schedule", label: "Schedules" },
  { value: "backfill", label: "Backfills" },
  { value: "app", label: "People, in the app" },
  { value: "cli", label: "People, in a shell" },
  { value: "api", label: "Calls of the API" },
];
const SPANS = [
  { value: "3600", label: "Last hour" },
  { value: "86400", label: "Last day" },
  { value: "604800", label: "Last 7 days" },
  { value: "2592000", label: "Last 30 days" },
  { value: "between", label: "Between…" },
];

/** What narrows the list of runs; the address holds all of it. */
export function RunFilterBar() {
  const { fields, set } = useAddressFields();
  const filters = readRunFilters(fields);
  const locations = useQuery(deploymentQuery).data?.locations ?? [];
  const isBetween = fields.has("since") || fields.has("until");
  return (
    <Group mb="md" gap="sm" className="hw-no-print" role="search" aria-label="Which runs">
      <ChoiceFilter
        label="Status"
        choices={STATUSES}
        value={filters.status ?? ""}
        onChange={(status) => {
          set({ status });
        }}
      />
      <AssetFilter
        value={filters.asset}
        onChange={(asset) => {
          set({ asset });
        }}
      />
      <Select
        aria-label="Requested by"
        placeholder="Requested by anything"
        size="xs"
        w={180}
        clearable
        data={CAUSES}
        value={filters.cause}
        onChange={(cause) => {
          set({ cause, by: null });
        }}
      />
      {(locations.length > 1 || filters.location !== null) && (
        <Select
          aria-label="In a location"
          placeholder="In any location"
          size="xs"
          w={160}
          clearable
          data={locations.map((location) => location.name)}
          value={filters.location}
          onChange={(location) => {
            set({ location });
          }}
        />
      )}
      <Select
        aria-label="Requested when"
        placeholder="At any time"
        size="xs"
        w={150}
        clearable
        data={SPANS}
        value={isBetween ? "between" : fields.get("last")}
        onChange={(span) => {
          if (span === "between") {
            const now = Math.floor(Date.now() / 1000);
            set({ last: null, since: String(now - (filters.last ?? 86_400)), until: String(now) });
          } else set({ last: span, since: null, until: null });
        }}
      />
      {isBetween && (
        <>
          <MomentInput
            label="From"
            seconds={filters.since}
            onChange={(since) => {
              set({ since });
            }}
          />
          <MomentInput
            label="Until"
            seconds={filters.until}
            onChange={(until) => {
              set({ until });
            }}
          />
        </>
      )}
      <TagsInput
        aria-label="With a tag"
        placeholder={filters.tags.length === 0 ? "Tag, such as team=finance" : ""}
        size="xs"
        w={220}
        clearable
        value={[...filters.tags]}
        onChange={(tag) => {
          set({ tag });
        }}
      />
      {isNarrowed(fields) && (
        <Button
          size="xs"
          variant="subtle"
          onClick={() => {
            set(NO_FILTERS);
          }}
        >
          Show all
        </Button>
      )}
    </Group>
  );
}

/** A moment in the reader's own zone. */
function MomentInput({
  label,
  seconds,
  onChange,
}: {
  label: string;
  seconds: number | null;
  onChange: (seconds: string | null) => void;
}) {
  return (
    <TextInput
      type="datetime-local"
      aria-label={label}
      size="xs"
      value={seconds === null ? "" : toLocalInput(seconds)}
      onChange={(event) => {
        const found = new Date(event.currentTarget.value).getTime() / 1000;
        onChange(Number.isFinite(found) ? String(found) : null);
      }}
    />
  );
}

/** A moment as a field of local time takes it, to the minute. */
function toLocalInput(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
