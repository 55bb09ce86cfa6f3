import { NumberInput } from "@mantine/core";

const MOST = 50;

/** How many steps up or down of an asset are drawn. */
export function DepthInput({
  label,
  depth,
  onChange,
}: {
  label: "up" | "down";
  depth: number;
  onChange: (depth: number) => void;
}) {
  return (
    <NumberInput
      aria-label={`Steps ${label}`}
      size="xs"
      suffix={` ${label}`}
      min={0}
      max={MOST}
      w={92}
      value={depth}
      onChange={(value) => {
        onChange(Number(value) || 0);
      }}
    />
  );
}
