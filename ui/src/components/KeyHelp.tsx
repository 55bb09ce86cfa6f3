import { Kbd, Modal, Table, Text, Title } from "@mantine/core";

type Keys = readonly (readonly [keys: readonly string[], meaning: string])[];

const SEARCH: Keys = [
  [["Ctrl K", "/"], "Go to anything that has a name, or do something"],
  [["?"], "These keys"],
  [["Esc"], "Close what is open"],
];
const LINEAGE: Keys = [
  [["←", "↑", "→", "↓"], "Move the map"],
  [["+", "−"], "Zoom"],
  [["Tab", "Enter"], "From asset to asset, and choose one"],
  [["←", "→"], "From an asset to what it is made from, and to what is made from it"],
];
const PARTITIONS: Keys = [
  [["←", "↑", "→", "↓"], "From partition to partition"],
  [["Shift ←", "Shift →"], "Choose several"],
];

/** What can be done with the keyboard alone. */
export function KeyHelp({
  opened,
  onClose,
  pages,
}: {
  opened: boolean;
  onClose: () => void;
  pages: readonly { label: string; letter: string }[];
}) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" closeButtonProps={{ "aria-label": "Close" }}>
      <Part title="Everywhere" keys={SEARCH} />
      <Part title="Pages" keys={pages.map(({ label, letter }) => [["g", letter], label] as const)} />
      <Part title="In the lineage" keys={LINEAGE} />
      <Part title="In partitions" keys={PARTITIONS} />
    </Modal>
  );
}

function Part({ title, keys }: { title: string; keys: Keys }) {
  return (
    <>
      <Title order={3} size="h6" mt="sm">
        {title}
      </Title>
      <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false}>
        <Table.Tbody>
          {keys.map(([names, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td w={150}>
                {names.map((name) => (
                  <Kbd key={name} size="xs" mr={4}>
                    {name}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>
                <Text size="sm">{meaning}</Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}
