import { NumberInput } from "@mantine/core";

/** How many steps up and down of an asset are drawn. */
export function DepthInput({ depth, onChange }: { depth: number; onChange: (depth: number) => void }) {
  return (
    <NumberInput
      aria-label="Steps up and down"
      prefix="±"
      suffix={depth === 1 ? " step" : " steps"}
      min={1}
      max={20}
      w={120}
      value={depth}
      onChange={(value) => {
        onChange(Number(value) || 1);
      }}
    />
  );
}
