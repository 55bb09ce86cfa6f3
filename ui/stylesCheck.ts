import type { Plugin } from "vite";

const COMPONENT = /@mantine\/core\/esm\/.+\/(\w+)\.module\.mjs$/;
const STYLES = /@mantine\/core\/styles\/([A-Z]\w+)\.css/;

/** Refuse a build with a component of Mantine whose styles src/mantineStyles.ts leaves out, and one with styles of none. */
export function stylesCheck(): Plugin {
  return {
    name: "headwater-styles-check",
    apply: "build",
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === "chunk");
      const used = namesIn(
        chunks.flatMap((chunk) => chunk.moduleIds),
        COMPONENT,
      );
      const imported = namesIn([...this.getModuleIds()], STYLES);
      const missing = [...used].filter((name) => !imported.has(name));
      if (missing.length > 0)
        throw new Error(`src/mantineStyles.ts lacks the styles of ${missing.join(", ")}: import them there.`);
      const idle = [...imported].filter((name) => !used.has(name));
      if (idle.length > 0)
        throw new Error(
          `src/mantineStyles.ts has the styles of ${idle.join(", ")}, which nothing uses: take them out.`,
        );
    },
  };
}

function namesIn(ids: readonly string[], pattern: RegExp): Set<string> {
  return new Set(ids.flatMap((id) => pattern.exec(id)?.[1] ?? []));
}
