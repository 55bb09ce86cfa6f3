import { Group, NumberInput, Select, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { put, remove, toQuery, type Schemas } from "../../api/client";
import { assetsQuery } from "../../api/queries";
import { retentionQuery } from "../../api/storageQueries";
import { Confirm } from "../../components/Confirm";
import { AssetLink } from "../../components/marks";
import { OperateButton } from "../../components/OperateButton";
import { Loaded, Section } from "../../components/states";
import { WideTable } from "../../components/WideTable";
import { keepText, SORTS, SOURCES, type Keep } from "./words";

const MOST_OFFERED = 40;

/** For how long what is kept; admins change it, for all assets or for one. */
export function Retention() {
  const query = useQuery(retentionQuery);
  const [changed, setChanged] = useState<Keep | "new" | null>(null);
  const [removed, setRemoved] = useState<Keep | null>(null);
  return (
    <Section
      title="Retention"
      aside={
        <OperateButton
          scope="admin"
          size="xs"
          onClick={() => {
            setChanged("new");
          }}
        >
          Rule for an asset
        </OperateButton>
      }
    >
      <Text size="sm" c="dimmed" mb="sm">
        What is older, or beyond the newest ones, is dropped once an hour. The latest state of each asset and
        partition stays, and counts and plots keep what was dropped.
      </Text>
      <Loaded query={query}>
        {({ items }) => (
          <WideTable minWidth={560} heads={["What", "Of", "Is kept", { unseen: "Change" }]}>
            {items.map((rule) => (
              <Table.Tr key={`${rule.sort} ${rule.asset ?? ""}`}>
                <Table.Td>{SORTS[rule.sort]}</Table.Td>
                <Table.Td>{rule.asset === null ? "all" : <AssetLink assetKey={rule.asset} />}</Table.Td>
                <Table.Td>
                  {keepText(rule)}
                  <Text size="xs" c="dimmed">
                    {SOURCES[rule.source]}
                  </Text>
                </Table.Td>
                <Table.Td>
                  {rule.source !== "definition" && (
                    <Group gap={6} justify="flex-end">
                      <OperateButton
                        scope="admin"
                        size="compact-xs"
                        variant="default"
                        aria-label={`Change ${SORTS[rule.sort]} of ${rule.asset ?? "all"}`}
                        onClick={() => {
                          setChanged(rule);
                        }}
                      >
                        Change…
                      </OperateButton>
                      {rule.source === "setting" && (
                        <OperateButton
                          scope="admin"
                          size="compact-xs"
                          variant="default"
                          aria-label={`Take back ${SORTS[rule.sort]} of ${rule.asset ?? "all"}`}
                          onClick={() => {
                            setRemoved(rule);
                          }}
                        >
                          Take back…
                        </OperateButton>
                      )}
                    </Group>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </WideTable>
        )}
      </Loaded>
      {changed && (
        <RuleForm
          rule={changed === "new" ? null : changed}
          onClose={() => {
            setChanged(null);
          }}
        />
      )}
      {removed && (
        <TakeBack
          rule={removed}
          onClose={() => {
            setRemoved(null);
          }}
        />
      )}
    </Section>
  );
}

function RuleForm({ rule, onClose }: { rule: Keep | null; onClose: () => void }) {
  const queries = useQueryClient();
  const assets = useQuery(assetsQuery).data?.items ?? [];
  const [sort, setSort] = useState<Keep["sort"]>(rule?.sort ?? "materialization");
  const [asset, setAsset] = useState(rule?.asset ?? null);
  const [days, setDays] = useState<number | string>(rule?.days ?? "");
  const [count, setCount] = useState<number | string>(rule?.count ?? "");
  const limits = {
    days: typeof days === "number" ? days : null,
    count: typeof count === "number" ? count : null,
  };
  const save = useMutation({
    mutationFn: () => put<Schemas["RetentionList"]>("api/retention", { sort, asset, ...limits }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["retention"] });
      onClose();
    },
  });
  return (
    <Confirm
      title={rule === null ? "Rule for an asset" : SORTS[rule.sort]}
      action="Keep it so"
      danger={limits.days !== null || limits.count !== null}
      ready={rule !== null || asset !== null}
      asking={save}
      onClose={onClose}
    >
      {rule === null && (
        <>
          <Select
            label="Of which asset"
            searchable
            limit={MOST_OFFERED}
            data={assets.map((row) => row.key)}
            value={asset}
            onChange={setAsset}
          />
          <Select
            label="What of it"
            allowDeselect={false}
            data={(["materialization", "observation", "check"] as const).map((value) => ({
              value,
              label: SORTS[value],
            }))}
            value={sort}
            onChange={(value) => {
              if (value !== null) setSort(value);
            }}
          />
        </>
      )}
      <NumberInput label="For days" placeholder="For ever" min={1} value={days} onChange={setDays} />
      <NumberInput
        label="The newest ones at most"
        placeholder="Any number"
        min={1}
        allowDecimal={false}
        value={count}
        onChange={setCount}
      />
      <Text size="sm">
        {SORTS[sort]} of {asset ?? "all assets without a rule of their own"} are kept {keepText(limits)}.{" "}
        {keepText(limits) !== "for ever" &&
          "What is beyond that is dropped when an engine next goes over the store, as it does once an hour, and can't be brought back."}
      </Text>
    </Confirm>
  );
}

function TakeBack({ rule, onClose }: { rule: Keep; onClose: () => void }) {
  const queries = useQueryClient();
  const ask = useMutation({
    mutationFn: () => remove(`api/retention${toQuery({ sort: rule.sort, asset: rule.asset })}`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["retention"] });
      onClose();
    },
  });
  return (
    <Confirm title="Take the rule back?" action="Take it back" asking={ask} onClose={onClose}>
      <Text size="sm">
        {SORTS[rule.sort]} of {rule.asset ?? "all assets"} are kept again as{" "}
        {rule.asset === null ? "Headwater does by default" : "those of all assets are"}. What was dropped
        meanwhile does not come back.
      </Text>
    </Confirm>
  );
}
