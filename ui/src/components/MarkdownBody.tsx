import { Anchor, Code } from "@mantine/core";
import ReactMarkdown, { type Components } from "react-markdown";
import gfm from "remark-gfm";

const PARTS: Components = {
  a: ({ href, children }) => (
    <Anchor href={href} target="_blank" rel="noreferrer" inherit>
      {children}
    </Anchor>
  ),
  code: ({ children }) => <Code>{children}</Code>,
  pre: ({ children }) => (
    <pre className="hw-md-wide" tabIndex={0}>
      {children}
    </pre>
  ),
  table: ({ children }) => (
    <div className="hw-md-wide" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
  // No picture calls another host.
  img: ({ alt }) => <em>{alt}</em>,
};

const FIRST_LEVEL = 3;
const LAST_LEVEL = 6;

interface Block {
  readonly type: string;
  depth?: number;
}

/** Headings stand below the page's own, and go down one level at a time, whatever levels their author chose. */
function nestHeadings() {
  return ({ children }: { readonly children: readonly Block[] }) => {
    const above: number[] = [];
    for (const block of children) {
      if (block.type !== "heading" || block.depth === undefined) continue;
      while ((above.at(-1) ?? 0) >= block.depth) above.pop();
      above.push(block.depth);
      block.depth = Math.min(LAST_LEVEL, FIRST_LEVEL - 1 + above.length);
    }
  };
}

/** The drawn text; a file of its own, so that its library loads only where there is something to draw. */
export default function MarkdownBody({ source }: { source: string }) {
  return (
    <ReactMarkdown remarkPlugins={[gfm, nestHeadings]} components={PARTS} skipHtml>
      {source}
    </ReactMarkdown>
  );
}
