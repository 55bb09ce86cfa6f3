/** The parts of an asset key from its escaped text form. */
export function toParts(key: string): string[] {
  if (key === "\\") return [];
  const parts: string[] = [""];
  for (let place = 0; place < key.length; place += 1) {
    const last = parts.length - 1;
    const letter = key[place] ?? "";
    if (letter === "\\" && place + 1 < key.length) {
      place += 1;
      parts[last] = (parts[last] ?? "") + (key[place] ?? "");
    } else if (letter === "/") parts.push("");
    else parts[last] = (parts[last] ?? "") + letter;
  }
  return parts;
}

/** Signs that break a line, turn the reading direction round, or show nothing: a name could pass for another by them. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu;

/** A part as it is shown: what is empty, or shows nothing by itself, can be seen. */
export function showPart(part: string): string {
  if (part === "") return "∅";
  return part.replace(UNSEEN, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A key for people. */
export function showKey(key: string): string {
  return toParts(key).map(showPart).join(" / ") || "∅";
}

/** One asset in the selection language. */
export function quoteKey(key: string): string {
  // A backslash in a key is what escapes its next character in a selection too.
  return `"${key.replace(/["*?]/g, (sign) => `\\${sign}`)}"`;
}

/** Some assets in the selection language. */
export function toSelection(keys: readonly string[]): string {
  return keys.map((key) => `key:${quoteKey(key)}`).join(" or ");
}

/** The path of an asset's page. */
export function assetPath(key: string, tab?: string): string {
  return `/asset?key=${encodeURIComponent(key)}${tab ? `&tab=${tab}` : ""}`;
}
