import { Anchor, Code } from "@mantine/core";
import type { ReactNode } from "react";

const INLINE = /(`[^`]+`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*|\[[^\]]+\]\(https?:\/\/[^)\s]+\))/;

/** The Markdown that descriptions are written in: paragraphs, lists, code, emphasis, links. Never HTML. */
export function Markdown({ source }: { source: string }) {
  return <div className="hw-md">{toBlocks(source)}</div>;
}

function toBlocks(source: string): ReactNode[] {
  return source.split(/\n\s*\n/).map((block, number) => {
    const lines = block.trim().split("\n");
    if (lines.every((line) => /^\s*[-*] /.test(line))) {
      return (
        <ul key={number}>
          {lines.map((line, item) => (
            <li key={item}>{toInline(line.replace(/^\s*[-*] /, ""))}</li>
          ))}
        </ul>
      );
    }
    return <p key={number}>{toInline(lines.map((line) => line.replace(/^#+ /, "")).join(" "))}</p>;
  });
}

function toInline(line: string): ReactNode[] {
  return line.split(INLINE).map((piece, number) => {
    if (piece.startsWith("`") && piece.endsWith("`") && piece.length > 2) {
      return <Code key={number}>{piece.slice(1, -1)}</Code>;
    }
    if (piece.startsWith("**") && piece.endsWith("**") && piece.length > 4) {
      return <strong key={number}>{piece.slice(2, -2)}</strong>;
    }
    const link = /^\[([^\]]+)\]\((https?:[^)]+)\)$/.exec(piece);
    if (link) {
      return (
        <Anchor key={number} href={link[2]} target="_blank" rel="noreferrer" inherit>
          {link[1]}
        </Anchor>
      );
    }
    if (/^\*[^*]+\*$/.test(piece)) return <em key={number}>{piece.slice(1, -1)}</em>;
    return piece;
  });
}
