import { useComputedColorScheme } from "@mantine/core";

import type { AssetKind } from "../api/client";
import type { Tone } from "./status";

/** The tokens of tokens.css as a canvas needs them: plain colours. */
export interface Tokens {
  readonly font: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly page: string;
  readonly surface: string;
  readonly lit: string;
  readonly tones: Readonly<Record<Tone, string>>;
  readonly kinds: Readonly<Record<AssetKind, string>>;
}

/** What the tokens are at this moment; read again when the scheme changes. */
export function readTokens(): Tokens {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const hw = (name: string) => token(`--hw-${name}`);
  return {
    font: token("--mantine-font-family") || "sans-serif",
    text: token("--mantine-color-text"),
    quiet: hw("quiet"),
    line: hw("line"),
    page: hw("page"),
    surface: hw("surface"),
    lit: hw("lit"),
    tones: { good: hw("good"), warn: hw("warn"), bad: hw("bad"), busy: hw("busy"), idle: hw("idle") },
    kinds: { external: hw("external"), native: hw("native"), stub: hw("stub"), undefined: hw("stub") },
  };
}

/** The colour scheme in force. */
export function useScheme(): "light" | "dark" {
  return useComputedColorScheme("light");
}
