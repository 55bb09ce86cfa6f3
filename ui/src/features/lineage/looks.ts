import type { AssetKind, AssetRow } from "../../api/client";
import { showPart, toParts } from "../../components/keys";
import { ASSET_LOOKS, type Tone } from "../../components/status";
import type { Bundle } from "../../graph/fanIn";
import type { Scene } from "../../graph/scene";

/** How a mark looks now: a folded group looks like the worst of its assets. */
export interface MarkLook {
  readonly tone: Tone;
  readonly hollow: boolean;
  readonly kind: AssetKind;
  readonly name: string;
  readonly detail: string;
}

const GRAVITY: readonly Tone[] = ["bad", "warn", "busy", "idle", "good"];

export function toLooks(scene: Scene, rows: readonly AssetRow[], bundles: readonly Bundle[]): MarkLook[] {
  return scene.assets.map((assets, mark) => {
    const fold = scene.folds[mark] ?? null;
    if (fold === null) return ofAsset(rows[assets[0] ?? -1]);
    const members = assets.flatMap((asset) => rows[asset] ?? []);
    return ofGroup(fold.kind === "group" ? fold.name : inputsOf(bundles[fold.place], rows), members);
  });
}

/** What a bundle is called: whose inputs it holds. */
function inputsOf(bundle: Bundle | undefined, rows: readonly AssetRow[]): string {
  const below = bundle?.below ?? [];
  const name = toParts(rows[below[0] ?? -1]?.key ?? "").at(-1) ?? "";
  return below.length > 1 ? `Inputs of ${name} and ${below.length - 1} more` : `Inputs of ${name}`;
}

function ofAsset(row: AssetRow | undefined): MarkLook {
  return row ? new AssetLook(row) : { tone: "idle", hollow: true, kind: "undefined", name: "", detail: "" };
}

/** How one asset looks; from afar it is a dot, so its words are put together only when they are read. */
class AssetLook implements MarkLook {
  readonly tone: Tone;
  readonly hollow: boolean;
  readonly kind: AssetKind;

  constructor(private readonly row: AssetRow) {
    const look = ASSET_LOOKS[row.status];
    this.tone = row.checks.failed > 0 ? "bad" : look.tone;
    this.hollow = look.hollow ?? false;
    this.kind = row.kind;
  }

  get name(): string {
    return toParts(this.row.key).map(showPart).at(-1) ?? "∅";
  }

  get detail(): string {
    const above = toParts(this.row.key).map(showPart).slice(0, -1);
    return [ASSET_LOOKS[this.row.status].label, ...(above.length > 0 ? [above.join("/")] : [])].join(" · ");
  }
}

function ofGroup(name: string, rows: readonly AssetRow[]): MarkLook {
  const looks = rows.map((row) => ofAsset(row));
  const worst = GRAVITY.find((tone) => looks.some((look) => look.tone === tone)) ?? "idle";
  const troubled = looks.filter((look) => look.tone === "bad" || look.tone === "warn").length;
  return {
    tone: worst,
    hollow: looks.every((look) => look.hollow),
    kind: rows.every((row) => row.kind === "native") ? "native" : "external",
    name,
    detail: `${rows.length} assets${troubled > 0 ? `, ${troubled} need a look` : ""}`,
  };
}
