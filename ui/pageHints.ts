import type { Plugin, Rolldown } from "vite";

/** What each page of the app is, and what it asks of the server first; `*` stands for one part of a path. */
const PAGES: Readonly<Record<string, { readonly module: string; readonly asks?: readonly string[] }>> = {
  "": { module: "overview/Overview", asks: ["api/assets"] },
  catalog: { module: "catalog/Catalog", asks: ["api/assets"] },
  lineage: { module: "lineage/LineagePage", asks: ["api/graph"] },
  asset: { module: "asset/AssetPage" },
  runs: { module: "runs/RunsPage" },
  "runs/*": { module: "runs/RunPage" },
  backfills: { module: "backfills/BackfillsPage" },
  "backfills/*": { module: "backfills/BackfillPage" },
  sensors: { module: "automation/AutomationPage" },
  "sensors/*": { module: "automation/SensorPage" },
  "schedules/*": { module: "automation/SchedulePage" },
  "jobs/*": { module: "jobs/JobPage" },
  settings: { module: "settings/SettingsPage" },
};
const ALWAYS = ["api/deployment"];

/**
 * Write `pages.json`: for each page the links that make a browser ask at once for what it needs.
 *
 * The server puts them into the head of the page, those that ask for answers first, as a browser has few connections and
 * an answer takes longest. Without them a browser asks for a page's own code and for its first answer only after it has
 * read and run the code that all pages share.
 */
export function pageHints(): Plugin {
  return {
    name: "headwater-page-hints",
    apply: "build",
    // After those parts are gone that held nothing but styles.
    enforce: "post",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
      const shared = needed(
        byFile,
        chunks.filter((chunk) => chunk.isEntry),
      );
      const hints = Object.entries(PAGES).map(([path, { module, asks = [] }]) => {
        const own = chunks.find((chunk) => chunk.facadeModuleId?.endsWith(`/features/${module}.tsx`));
        if (!own) throw new Error(`No part of the build is the page ${module}: see PAGES in pageHints.ts.`);
        const mine = [...needed(byFile, [own])].filter((chunk) => !shared.has(chunk));
        const styles = new Set(mine.flatMap((chunk) => [...(chunk.viteMetadata?.importedCss ?? [])]));
        return [
          path,
          {
            asks: [...asks, ...ALWAYS]
              .map((address) => `<link rel="preload" as="fetch" crossorigin href="./${address}">`)
              .join("\n"),
            code: [
              ...mine.map((chunk) => `<link rel="modulepreload" crossorigin href="./${chunk.fileName}">`),
              ...[...styles].map((file) => `<link rel="stylesheet" crossorigin href="./${file}">`),
            ].join("\n"),
          },
        ];
      });
      this.emitFile({
        type: "asset",
        fileName: "pages.json",
        source: JSON.stringify(Object.fromEntries(hints)),
      });
    },
  };
}

/** Some parts of the build, and all that they import without which they do not run. */
function needed(
  byFile: ReadonlyMap<string, Rolldown.OutputChunk>,
  from: readonly Rolldown.OutputChunk[],
): Set<Rolldown.OutputChunk> {
  const found = new Set(from);
  for (const chunk of found)
    for (const name of chunk.imports) {
      const other = byFile.get(name);
      if (other) found.add(other);
    }
  return found;
}
