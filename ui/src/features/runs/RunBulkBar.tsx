import { Button, Group, Paper, Text } from "@mantine/core";
import { useState } from "react";

import type { RunView } from "../../api/client";
import { plural } from "../../components/format";
import { actionText, offersOf, type BulkAction } from "./bulk";
import { BulkQuestion } from "./BulkQuestion";

/** What can be done with the runs that are chosen. */
export function RunBulkBar({
  runs,
  listed,
  onAll,
  onClear,
}: {
  runs: readonly RunView[];
  /** How many the list shows. */
  listed: number;
  onAll: () => void;
  onClear: () => void;
}) {
  const [asked, setAsked] = useState<{ action: BulkAction; runs: readonly RunView[] } | null>(null);
  return (
    <>
      {runs.length > 0 && (
        <Paper p="xs" className="hw-run-bulk hw-no-print" role="region" aria-label="Chosen runs">
          <Group gap="sm">
            <Text size="sm" fw={600}>
              {plural(runs.length, "run")} chosen
            </Text>
            {offersOf(runs).map(([action, mine]) => (
              <Button
                key={action}
                size="xs"
                {...(action === "cancel" ? { color: "red", variant: "light" } : { variant: "default" })}
                onClick={() => {
                  setAsked({ action, runs: mine });
                }}
              >
                {actionText(action, mine.length)}…
              </Button>
            ))}
            {runs.length < listed && (
              <Button size="xs" variant="subtle" onClick={onAll}>
                Choose all {listed} that are listed
              </Button>
            )}
            <Button size="xs" variant="subtle" onClick={onClear}>
              Clear
            </Button>
          </Group>
        </Paper>
      )}
      {asked && (
        <BulkQuestion
          {...asked}
          onDone={onClear}
          onClose={() => {
            setAsked(null);
          }}
        />
      )}
    </>
  );
}
