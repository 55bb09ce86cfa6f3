import { Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";

import { deliveriesQuery } from "../../api/settingsQueries";
import { ChoiceFilter } from "../../components/filters";
import { Mark, Moment } from "../../components/marks";
import { MoreButton } from "../../components/MoreButton";
import { Empty, Loaded, Section } from "../../components/states";
import { useAddressFields } from "../../components/useAddressFields";
import { WideTable } from "../../components/WideTable";
import { channelText, DELIVERY_LOOKS } from "./words";

const STATUSES = [
  { value: "", label: "All" },
  { value: "waiting", label: "Waiting" },
  { value: "delivered", label: "Delivered" },
  { value: "failed", label: "Failed" },
];

/** The messages, and what became of each. */
export function Deliveries() {
  const { fields, set } = useAddressFields();
  const status = fields.get("deliveries");
  const query = useInfiniteQuery(deliveriesQuery(status));
  return (
    <Section
      title="Messages"
      aside={
        <ChoiceFilter
          label="Which messages"
          choices={STATUSES}
          value={status ?? ""}
          onChange={(value) => {
            set({ deliveries: value });
          }}
        />
      }
    >
      <Loaded query={query} rows={3}>
        {({ pages }) => {
          const deliveries = pages.flatMap((page) => page.items);
          if (deliveries.length === 0) {
            return <Empty title="No messages">What is sent, tried again or refused stands here.</Empty>;
          }
          return (
            <>
              <WideTable minWidth={640} heads={["What", "To", "Status", "When"]}>
                {deliveries.map((delivery) => (
                  <Table.Tr key={delivery.delivery_id}>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>
                      {delivery.title}
                      <Text size="xs" c="dimmed">
                        by {delivery.rule}
                      </Text>
                    </Table.Td>
                    <Table.Td style={{ overflowWrap: "anywhere" }}>{channelText(delivery.channel)}</Table.Td>
                    <Table.Td>
                      <Mark look={DELIVERY_LOOKS[delivery.status]} />
                      {delivery.error != null && (
                        <Text size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                          {delivery.error}
                        </Text>
                      )}
                    </Table.Td>
                    <Table.Td>
                      <Moment at={delivery.ended_at ?? delivery.created_at} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </WideTable>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </Section>
  );
}
