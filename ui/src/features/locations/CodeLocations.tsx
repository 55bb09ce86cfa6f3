import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";

import { post, type LocationView } from "../../api/client";
import { Confirm } from "../../components/Confirm";
import { ForOperators } from "../../components/ForOperators";
import { plural } from "../../components/format";
import { Mark, Moment } from "../../components/marks";
import { Empty, ErrorBox, Section } from "../../components/states";
import type { Look } from "../../components/status";

const LOOKS: Record<string, Look> = {
  loaded: { label: "Loaded", tone: "good", meaning: "Its definitions are in force" },
  loading: { label: "Loading", tone: "busy", pulse: true, meaning: "Its definitions are being read" },
  failed: { label: "Failed", tone: "bad", meaning: "Its definitions can't be loaded" },
};

/** Where the definitions come from, and what keeps them from loading. */
export function CodeLocations({ locations }: { locations: readonly LocationView[] }) {
  return (
    <Section title="Code locations">
      {locations.length === 0 ? (
        <Empty title="No code">
          This deployment only takes reports. Give it definitions with{" "}
          <code>headwater dev definitions.py</code>.
        </Empty>
      ) : (
        <Stack>
          {locations.map((location) => (
            <Location key={location.name} location={location} />
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Location({ location }: { location: LocationView }) {
  const [asking, question] = useDisclosure(false);
  return (
    <Stack gap="xs">
      <Group gap="md">
        <Text fw={600}>{location.name}</Text>
        <Mark look={LOOKS[location.status] as Look} />
        <Text size="sm" c="dimmed">
          {plural(location.assets, "asset")}, {plural(location.sensors, "sensor")},{" "}
          {plural(location.jobs, "job")},{" "}
          {location.loaded_at === null ? (
            "never loaded"
          ) : (
            <>
              loaded <Moment at={location.loaded_at} />
            </>
          )}
        </Text>
        <ForOperators quiet>
          <Button variant="default" size="xs" onClick={question.open} aria-label={`Reload ${location.name}`}>
            Reload…
          </Button>
        </ForOperators>
      </Group>
      {location.error && <ErrorBox error={location.error} title="Why it does not load" />}
      {location.warnings.length > 0 && (
        <Alert color="yellow" title="Warnings">
          <List size="sm">
            {location.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      {asking && <Reload location={location} onClose={question.close} />}
    </Stack>
  );
}

function Reload({ location, onClose }: { location: LocationView; onClose: () => void }) {
  // What it comes to arrives over the live stream, as definitions that changed.
  const reload = useMutation({
    mutationFn: () => post<LocationView>(`api/locations/${encodeURIComponent(location.name)}/reload`),
    onSuccess: onClose,
  });
  return (
    <Confirm title={`Reload ${location.name}?`} action="Reload it" asking={reload} onClose={onClose}>
      <Text size="sm">
        Its files are read as they are now, in a new process. If they load, their definitions are in force
        from then on; if not, those of now stay, and the error is shown here. Runs that are under way end with
        what they began with.
      </Text>
    </Confirm>
  );
}
