const CODE = /(`+)(.+?)\1/s;

/** A description without the signs of Markdown, for where it stands in one line. */
export function plainText(source: string): string {
  const lines = source
    .split("\n")
    .filter((line) => !/^\s*(```|~~~|\|?\s*:?-{3,})/.test(line))
    .map((line) => line.replace(/^\s*(#{1,6}|>|[-*+]|\d+[.)])\s+/, ""));
  return unsigned(lines.join(" ")).replace(/\s+/g, " ").trim();
}

/** What stands in code stays as it is: its stars and lines are its own. */
function unsigned(text: string): string {
  const code = CODE.exec(text);
  if (code === null) return withoutEmphasis(text);
  const after = code.index + code[0].length;
  return withoutEmphasis(text.slice(0, code.index)) + (code[2] ?? "") + unsigned(text.slice(after));
}

function withoutEmphasis(text: string): string {
  return text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1/g, "$2")
    .replace(/(?<![\w*])\*(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])/g, "$1")
    .replace(/(?<!\w)_(?=\S)([^_]+?)(?<=\S)_(?!\w)/g, "$1");
}
