import { expect, it } from "vitest";

import type { AssetRow } from "../../api/client";
import type { Tokens } from "../../components/tokens";
import { toScene } from "../../graph/scene";
import { MarkIndex } from "../../graph/view";
import { toSvg } from "./export";
import { toLooks } from "./looks";

const TOKENS = {
  tones: {},
  kinds: {},
  page: "page",
  surface: "surface",
  line: "line",
  text: "text",
  quiet: "quiet",
  lit: "lit",
  font: "sans",
} as unknown as Tokens;
const ROWS = ["a", "b", "c"].map(
  (key) => ({ key, kind: "native", status: "fresh", checks: { failed: 0 } }) as unknown as AssetRow,
);

it("dims in a saved drawing what does not stand out on the screen", () => {
  const scene = toScene({
    size: 3,
    edges: [
      [0, 1],
      [1, 2],
    ],
    groups: ["", "", ""],
    boxed: false,
    narrow: false,
    folded: [],
    bundles: [],
    lines: new Map(),
  });
  const layer = {
    scene,
    index: new MarkIndex(scene),
    looks: toLooks(scene, ROWS, []),
    tokens: TOKENS,
    only: null,
    covered: false,
    columns: null,
  };

  const whole = toSvg(layer, null);
  const some = toSvg(layer, new Set([0, 1]));

  expect(whole).not.toContain('stroke="lit"');
  expect(whole).not.toContain('opacity="0.3"');
  expect(some.match(/stroke="lit"/g)).toHaveLength(1);
  expect(some.match(/opacity="0.3">/g)).toHaveLength(1);
});
