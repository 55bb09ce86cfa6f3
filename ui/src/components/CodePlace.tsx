import { Anchor, Code, Group } from "@mantine/core";

import type { Schemas } from "../api/client";
import { CopyIcon } from "./CopyBlock";

/** Where a definition stands in the code; on the machine that serves it, with a link that opens an editor there. */
export function CodePlace({ source }: { source: Schemas["SourceView"] }) {
  const place = `${source.file}:${source.line}`;
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
  return (
    <Group gap={8}>
      <Code style={{ overflowWrap: "anywhere" }}>{place}</Code>
      <CopyIcon text={place} />
      {isHere && (
        <Anchor href={`vscode://file${encodeURI(source.file)}:${source.line}`} size="sm">
          Open in VS Code
        </Anchor>
      )}
    </Group>
  );
}
