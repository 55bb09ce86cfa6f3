import { ActionIcon, Code, CopyButton, Tooltip } from "@mantine/core";

import { CopyGlyph, DoneGlyph } from "./icons";

/** Something to paste into a shell, with a button that copies it. */
export function CopyBlock({ text }: { text: string }) {
  return (
    <div style={{ position: "relative" }}>
      <Code block pr={44} tabIndex={0} style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        {text}
      </Code>
      <div style={{ position: "absolute", top: 6, right: 6 }}>
        <CopyIcon text={text} />
      </div>
    </div>
  );
}

export function CopyIcon({ text }: { text: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : "Copy"}>
          <ActionIcon variant="subtle" color="gray" onClick={copy} aria-label="Copy">
            {copied ? <DoneGlyph /> : <CopyGlyph />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}
