import { Button, Code, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";

import { remove, type SensorView } from "../../api/client";
import { sensorStateQuery, tickingPath } from "../../api/tickingQueries";
import { Confirm } from "../../components/Confirm";
import { ForOperators } from "../../components/ForOperators";
import { plural } from "../../components/format";
import { MoreButton } from "../../components/MoreButton";
import { Loaded, Section } from "../../components/states";

/** What a sensor keeps beside its cursor, by key. */
export function SensorState({ sensor }: { sensor: SensorView }) {
  const query = useInfiniteQuery(sensorStateQuery(sensor.name));
  const [asking, question] = useDisclosure(false);
  return (
    <Section
      title="What it keeps"
      aside={
        <ForOperators quiet>
          <Button size="xs" variant="default" onClick={question.open}>
            Forget all of it…
          </Button>
        </ForOperators>
      }
    >
      <Loaded query={query} rows={2}>
        {({ pages }) => (
          <>
            <Table layout="fixed">
              <Table.Tbody>
                {pages
                  .flatMap((page) => page.items)
                  .map((item) => (
                    <Table.Tr key={item.key}>
                      <Table.Th w={{ base: "45%", sm: "26%" }} fw={500} style={{ overflowWrap: "anywhere" }}>
                        {item.key}
                      </Table.Th>
                      <Table.Td>
                        <Code style={{ overflowWrap: "anywhere" }}>{JSON.stringify(item.value)}</Code>
                      </Table.Td>
                    </Table.Tr>
                  ))}
              </Table.Tbody>
            </Table>
            <MoreButton query={query} />
          </>
        )}
      </Loaded>
      {asking && <Forget sensor={sensor} onClose={question.close} />}
    </Section>
  );
}

function Forget({ sensor, onClose }: { sensor: SensorView; onClose: () => void }) {
  const queries = useQueryClient();
  const forget = useMutation({
    mutationFn: () => remove(`${tickingPath("sensors", sensor.name)}/state`),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["ticking", sensor.name] });
      onClose();
    },
  });
  return (
    <Confirm title="Forget what it keeps?" action="Forget it" danger asking={forget} onClose={onClose}>
      <Text size="sm">
        {plural(sensor.values, "value")} of <b>{sensor.name}</b> {sensor.values === 1 ? "is" : "are"} deleted;
        its next tick finds <code>context.state</code> empty. Its cursor stays. This can&apos;t be undone.
      </Text>
    </Confirm>
  );
}
