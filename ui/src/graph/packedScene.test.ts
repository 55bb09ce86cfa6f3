import { expect, it } from "vitest";

import { pack, unpack } from "./packedScene";
import { toScene } from "./scene";

it("packs a scene and gives it back whole: folded groups, bundles, routes, tall cards", () => {
  const inputs = Array.from({ length: 12 }, (_, n) => n);
  const scene = toScene({
    size: 17,
    edges: [...inputs.map((n) => [n, 12] as const), [12, 13], [13, 14], [12, 14], [14, 15], [14, 16]],
    groups: Array.from({ length: 17 }, (_, n) => (n > 14 ? "folded" : "open")),
    boxed: true,
    narrow: false,
    folded: ["folded"],
    bundles: [inputs],
    lines: new Map([[13, 3]]),
  });

  expect(scene.folds.filter((fold) => fold !== null)).toHaveLength(2);
  expect(scene.edges.filter((edge) => edge.route !== undefined)).toHaveLength(1);
  expect(unpack(structuredClone(pack(scene)))).toEqual(scene);
});
