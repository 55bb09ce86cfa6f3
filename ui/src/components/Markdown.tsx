import { lazy, Suspense } from "react";

const MarkdownBody = lazy(() => import("./MarkdownBody"));

/** Markdown as descriptions and metadata have it; HTML in it is left out. Plain text until the library is there. */
export function Markdown({ source }: { source: string }) {
  return (
    <div className="hw-md">
      <Suspense fallback={<p>{source}</p>}>
        <MarkdownBody source={source} />
      </Suspense>
    </div>
  );
}
