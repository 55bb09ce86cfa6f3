import type { Schemas } from "../api/client";
import { plainText } from "./plainText";
import { assetPath, showKey } from "./keys";
import type { Command, Go } from "./useCommands";

type Hit = Schemas["SearchHit"];

const ID_SHOWN = 12;

/** What the server found, as commands that lead to the place that fits best. */
export function toCommands(hits: readonly Hit[], go: Go): Command[] {
  return hits.map((hit) => ({
    id: hit.found_in === "column" ? `column ${hit.name} ${hit.text}` : `${hit.kind} ${hit.name}`,
    label: labelOf(hit),
    description: describe(hit),
    run: go(pathOf(hit)),
  }));
}

function labelOf({ kind, name, found_in, text }: Hit): string {
  if (found_in === "column") return text;
  if (kind === "asset") return showKey(name);
  return found_in === "id" ? `${toTitle(kind)} ${name.slice(0, ID_SHOWN)}` : name;
}

function toTitle(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

function describe({ kind, name, found_in, text }: Hit): string {
  if (found_in === "column") return `Column of ${showKey(name)}`;
  if (found_in === "id") return toTitle(text);
  const what = toTitle(kind);
  return found_in === "name" ? what : `${what}, by its ${found_in}: ${plainText(text)}`;
}

function pathOf({ kind, name, found_in, text }: Hit): string {
  if (kind !== "asset") return `/${kind}s/${encodeURIComponent(name)}`;
  if (found_in === "column") return `${assetPath(name, "columns")}&column=${encodeURIComponent(text)}`;
  return assetPath(name, found_in === "check" ? "checks" : undefined);
}
