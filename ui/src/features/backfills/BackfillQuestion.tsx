import { Alert, Checkbox, Radio, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";

import { post, type AssetDetail, type BackfillDetail, type Schemas } from "../../api/client";
import { backfillPlanQuery } from "../../api/queries";
import { Confirm } from "../../components/Confirm";
import { plural } from "../../components/format";
import { showKey } from "../../components/keys";
import type { Chosen } from "../asset/range";
import { rangeText } from "./progress";
import { toRequest, type Asked, type Only } from "./request";

const SCOPES: readonly { value: Only; label: string }[] = [
  { value: "missing or failed", label: "What is missing or failed" },
  { value: "missing", label: "What is missing" },
  { value: "failed", label: "What failed" },
  { value: "all", label: "All of it, also what is there" },
];
const MOST_LISTED = 5;

/** Begin a backfill of an asset's partitions, with what it would make before it is asked for. */
export function BackfillQuestion({
  detail,
  partitions,
  only: began,
  onClose,
}: {
  detail: AssetDetail;
  /** Null for every partition. */
  partitions: Chosen | null;
  only: Only;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<Asked>({ only: began, downstream: false, runs: "policy" });
  const body = toRequest(detail.asset.key, partitions?.names ?? null, asked);
  const plan = useQuery(backfillPlanQuery(body));
  const change = (more: Partial<Asked>) => {
    setAsked((before) => ({ ...before, ...more }));
  };
  const start = useMutation({
    mutationFn: () => post<BackfillDetail>("api/backfills", body),
    onSuccess: async ({ backfill }) => {
      await queries.invalidateQueries({ queryKey: ["backfills"] });
      await navigate(`/backfills/${backfill.backfill_id}`);
    },
  });
  const known = plan.error || plan.isPlaceholderData ? undefined : plan.data;
  return (
    <Confirm
      title={partitions === null ? "Backfill" : `Backfill ${partitions.text}`}
      action={known ? `Backfill ${plural(known.partitions, "partition")}` : "Backfill"}
      ready={known !== undefined && known.partitions > 0}
      asking={start}
      onClose={onClose}
    >
      <Radio.Group
        label="Which"
        value={asked.only}
        onChange={(only) => {
          change({ only });
        }}
      >
        <Stack gap={6} mt={6}>
          {SCOPES.map((scope) => (
            <Radio key={scope.value} {...scope} />
          ))}
        </Stack>
      </Radio.Group>
      {detail.downstream.length > 0 && (
        <Checkbox
          label="And what is downstream of it, as far as it reads these"
          checked={asked.downstream}
          onChange={(event) => {
            change({ downstream: event.currentTarget.checked });
          }}
        />
      )}
      <Radio.Group
        label="How"
        value={asked.runs}
        onChange={(runs) => {
          change({ runs });
        }}
      >
        <Stack gap={6} mt={6}>
          <Radio value="policy" label="As the backfill policy of each asset says" />
          <Radio value="each" label="One run for each partition" />
          <Radio value="single" label="One run for each range without a gap" />
        </Stack>
      </Radio.Group>
      <div aria-live="polite">
        {plan.error ? (
          <Alert color="yellow">{plan.error.message}</Alert>
        ) : known ? (
          <Plan plan={known} />
        ) : (
          <Skeleton height={44} radius="sm" />
        )}
      </div>
    </Confirm>
  );
}

function Plan({ plan }: { plan: Schemas["BackfillPlan"] }) {
  if (plan.partitions === 0) return <Alert color="gray">Nothing of it is to be made.</Alert>;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {plural(plan.partitions, "partition")} in {plural(plan.runs, "run")}
      </Text>
      {plan.assets.slice(0, MOST_LISTED).map((each) => (
        <Text key={each.asset} size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {showKey(each.asset)}: {each.ranges.slice(0, MOST_LISTED).map(rangeText).join(", ")}
          {each.ranges.length > MOST_LISTED &&
            ` and ${plural(each.ranges.length - MOST_LISTED, "more range")}`}
        </Text>
      ))}
      {plan.assets.length > MOST_LISTED && (
        <Text size="sm" c="dimmed">
          and {plural(plan.assets.length - MOST_LISTED, "more asset")}
        </Text>
      )}
      {plan.left_out.length > 0 && (
        <Text size="sm" c="dimmed">
          Left out, other systems make them: {plan.left_out.map(showKey).join(", ")}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        It goes on by itself; its page shows how far it is.
      </Text>
    </Stack>
  );
}
