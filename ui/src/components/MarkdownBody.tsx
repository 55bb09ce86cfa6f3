import { Anchor, Code } from "@mantine/core";
import ReactMarkdown, { type Components } from "react-markdown";
import gfm from "remark-gfm";

const PARTS: Components = {
  a: ({ href, children }) => (
    <Anchor href={href} target="_blank" rel="noreferrer" inherit>
      {children}
    </Anchor>
  ),
  // A description stands below a page's own headings, and no picture of it calls another host.
  h1: ({ children }) => <h3>{children}</h3>,
  h2: ({ children }) => <h4>{children}</h4>,
  code: ({ children }) => <Code>{children}</Code>,
  img: ({ alt }) => <em>{alt}</em>,
};

/** The drawn text; a file of its own, so that its library loads only where there is something to draw. */
export default function MarkdownBody({ source }: { source: string }) {
  return (
    <ReactMarkdown remarkPlugins={[gfm]} components={PARTS} skipHtml>
      {source}
    </ReactMarkdown>
  );
}
