import "./lineage.css";

import { ActionIcon, Group, Menu, Tooltip } from "@mantine/core";
import {
  memo,
  useCallback,
  useEffect,
  useEffectEvent,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
} from "react";

import type { Schemas } from "../../api/client";
import { readTokens, useScheme } from "../../components/tokens";
import type { Tone } from "../../components/status";
import { DownloadGlyph, FitGlyph, MinusGlyph, PlusGlyph } from "../../components/icons";
import { CARD, type Scene } from "../../graph/scene";
import { centreOn, contains, detailAt, MarkIndex, seen, type Extent, type View } from "../../graph/view";
import { walk } from "../../graph/walk";
import { AssetCard } from "./AssetCard";
import { toColumnLines, type ColumnAt } from "./columnLines";
import type { Drawn } from "./drawn";
import { savePng, saveSvg } from "./export";
import { toLooks } from "./looks";
import { MiniMap } from "./MiniMap";
import type { Layer } from "./paint";
import { Stage } from "./stage";
import { useGestures, type Gestures } from "./useGestures";

const MOST_CARDS = 420;
const SIGHT_MARGIN = 0.5;
const LEAST_FOR_MAP = 16;
const TOUCH_PIXELS = 6;

export interface LineageMapProps {
  readonly scene: Scene;
  readonly drawn: Drawn;
  /** The chosen asset. */
  readonly chosen: string | null;
  /** What stands out: the positions of assets in `drawn.nodes`; null lets everything be. */
  readonly litBy: (asset: number) => ReadonlySet<number> | null;
  readonly lit: ReadonlySet<number> | null;
  readonly view: View | null;
  readonly onChoose: (key: string | null, extend: boolean) => void;
  /** Fold a group or unfold it. */
  readonly onFold: (group: string) => void;
  /** Show the assets of a bundle one by one; it goes by the key of the first. */
  readonly onOpen: (key: string) => void;
  readonly onView: (view: View) => void;
  /** In pixels; without one it fills its place. */
  readonly height?: number;
  /** What brings assets about, by key. */
  readonly origins: ReadonlyMap<string, Schemas["Origin"]>;
  /** The columns of the assets that show theirs, and the one that stands out. */
  readonly tables: Schemas["ColumnTables"];
  readonly column: ColumnAt | null;
  readonly onColumns: (key: string) => void;
  readonly onColumn: (column: ColumnAt) => void;
}

const NOTHING_LIT: ReadonlySet<string> = new Set();

/** A lineage that can be moved over: dots from afar, then names, then cards with live state. */
export function LineageMap(props: LineageMapProps) {
  const { scene, drawn, chosen, lit, litBy, onChoose, onFold, height, tables, column, origins } = props;
  const frame = useRef<HTMLDivElement>(null);
  const all = useRef<HTMLCanvasElement>(null);
  const litSheet = useRef<HTMLCanvasElement>(null);
  const cards = useRef<HTMLDivElement>(null);
  const stage = useRef<Stage>(null);
  const [sight, setSight] = useState<{ view: View; extent: Extent } | null>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const scheme = useScheme();
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the tokens are what the scheme makes them
  const tokens = useMemo(() => readTokens(), [scheme]);
  const index = useMemo(() => new MarkIndex(scene), [scene]);
  const rows = useMemo(() => drawn.nodes.map((node) => node.asset), [drawn.nodes]);
  const looks = useMemo(() => toLooks(scene, rows, drawn.bundles), [scene, rows, drawn.bundles]);
  const places = useMemo(() => new Map(rows.map((row, place) => [row.key, place])), [rows]);
  const columns = useMemo(
    () => (tables.items.length === 0 ? null : toColumnLines(tables, scene, places, column)),
    [tables, scene, places, column],
  );
  const chosenAsset = chosen === null ? null : (places.get(chosen) ?? null);

  // What was chosen by a click holds; hovering shows only where nothing is chosen.
  // Kept while the map moves: what is lit anew is drawn anew.
  const shown = useMemo(
    () => (hovered === null || lit !== null ? lit : litBy(scene.assets[hovered]?.[0] ?? -1)),
    [hovered, lit, litBy, scene],
  );
  const litMarks = useMemo(
    () => (shown === null ? null : new Set([...shown].map((asset) => scene.markOf[asset] ?? -1))),
    [shown, scene],
  );
  const isNear = sight !== null && detailAt(sight.view.zoom) === "cards";
  const near = useMemo(
    () => (isNear ? index.within(grown(sight.extent)).slice(0, MOST_CARDS) : []),
    [isNear, sight, index],
  );
  const covered = isNear && near.length < MOST_CARDS;

  const onMove = useEffectEvent((view: View, extent: Extent) => {
    // While cards are shown they are chosen anew only once the frame has come near the edge of what they cover.
    const still =
      sight !== null &&
      sight.view.zoom === view.zoom &&
      isNear &&
      contains(grown(sight.extent), extent) &&
      scene.assets.length > MOST_CARDS;
    if (!still) setSight({ view, extent });
  });

  useLayoutEffect(() => {
    if (!frame.current || !all.current || !litSheet.current || !cards.current) return;
    const made = new Stage(
      { frame: frame.current, all: all.current, lit: litSheet.current, cards: cards.current },
      (view, extent) => {
        onMove(view, extent);
      },
    );
    stage.current = made;
    const resized = new ResizeObserver(() => {
      made.resize();
    });
    resized.observe(frame.current);
    return () => {
      resized.disconnect();
      made.close();
    };
  }, []);

  const before = useRef<Scene>(null);
  const touched = useRef<string>(null);
  const begin = useEffectEvent(() => {
    const mine = stage.current;
    if (!mine) return;
    const last = before.current;
    before.current = scene;
    const mark = chosenAsset === null ? -1 : (scene.markOf[chosenAsset] ?? -1);
    // Cards that grow push others away: the one whose columns were asked for stays where it is.
    const held = places.get(touched.current ?? "") ?? chosenAsset;
    const wasMoved = touched.current !== null || props.view !== null;
    if (last !== null && wasMoved && held !== null) mine.moveTo(heldView(mine.view, last, scene, held));
    else if (props.view) mine.moveTo(props.view);
    else {
      mine.fit(scene.bounds);
      const isSmall = mine.view.zoom < 0.3;
      if (mark >= 0 && isSmall) mine.moveTo(centreOn(scene, mark, mine.view, mine.width, mine.height));
    }
  });
  useLayoutEffect(() => {
    begin();
  }, [scene]);

  useLayoutEffect(() => {
    const layer: Layer = { scene, index, looks, tokens, only: null, covered, columns };
    stage.current?.show(layer, litMarks === null ? null : { ...layer, only: litMarks });
  }, [scene, index, looks, tokens, covered, litMarks, columns]);

  const unfold = (mark: number): boolean => {
    const fold = scene.folds[mark] ?? null;
    if (fold === null) return false;
    if (fold.kind === "group") onFold(fold.name);
    else props.onOpen(rows[scene.assets[mark]?.[0] ?? -1]?.key ?? "");
    return true;
  };
  const find = (x: number, y: number): number | null => {
    const view = stage.current?.view;
    if (!view) return null;
    return index.at((x - view.left) / view.zoom, (y - view.top) / view.zoom, TOUCH_PIXELS / view.zoom / 2);
  };
  const markOfCard = (card: HTMLElement): number => {
    const { key, mark } = card.dataset;
    return key === undefined ? Number(mark ?? -1) : (scene.markOf[places.get(key) ?? -1] ?? -1);
  };
  /** Bring a mark into sight that is not, or only in part. */
  const showWhole = (mark: number) => {
    const mine = stage.current;
    if (!mine || mark < 0) return;
    const [x, y] = [scene.x[mark] ?? 0, scene.y[mark] ?? 0];
    const card = { x, y, width: CARD.width, height: CARD.height };
    if (contains(seen(mine.view, mine.width, mine.height), card)) return;
    const { zoom } = mine.view;
    mine.moveTo({
      zoom,
      left: mine.width / 2 - (x + CARD.width / 2) * zoom,
      top: mine.height / 2 - (y + CARD.height / 2) * zoom,
    });
  };
  // A card that an arrow key leads to may be drawn only once it has come into sight.
  const walkedTo = useRef<number>(null);
  const focusWalked = () => {
    const found = [...(cards.current?.querySelectorAll<HTMLElement>(".hw-card") ?? [])].find(
      (card) => markOfCard(card) === walkedTo.current,
    );
    if (walkedTo.current === null || !found) return;
    walkedTo.current = null;
    found.focus();
  };
  useLayoutEffect(focusWalked);
  const gestures = useRef<Gestures>(null as unknown as Gestures);
  useLayoutEffect(() => {
    gestures.current = {
      onPoint: (x, y) => {
        setHovered(find(x, y));
      },
      onLeave: () => {
        setHovered(null);
      },
      onClick: (x, y, extend) => {
        const mark = find(x, y);
        const view = stage.current?.view;
        if (mark === null) {
          const title =
            view && titleAt(scene, (x - view.left) / view.zoom, (y - view.top) / view.zoom, view.zoom);
          if (title) onFold(title);
          else onChoose(null, false);
          return;
        }
        if (!unfold(mark)) onChoose(rows[scene.assets[mark]?.[0] ?? -1]?.key ?? null, extend);
      },
      onMoved: () => {
        if (stage.current) props.onView(stage.current.view);
      },
      onWalk: (card, way) => {
        const next = walk(scene, markOfCard(card), way);
        if (next === null) return;
        walkedTo.current = next;
        showWhole(next);
        focusWalked();
      },
      onEscape: () => {
        onChoose(null, false);
      },
    };
  });
  useGestures(frame, stage, gestures);

  // An asset that is chosen from elsewhere, by a search, is brought into sight.
  const bring = useEffectEvent(() => {
    const mine = stage.current;
    if (!mine || chosenAsset === null) return;
    const mark = scene.markOf[chosenAsset] ?? -1;
    const extent = seen(mine.view, mine.width, mine.height, -20);
    const inSight =
      mark >= 0 &&
      contains(extent, {
        x: scene.x[mark] ?? 0,
        y: scene.y[mark] ?? 0,
        width: CARD.width,
        height: scene.heights[mark] ?? CARD.height,
      });
    if (mark >= 0 && (!inSight || mine.view.zoom < 0.12)) {
      mine.moveTo(centreOn(scene, mark, mine.view, mine.width, mine.height));
    }
  });
  useEffect(() => {
    bring();
  }, [chosen]);

  const zoom = useCallback((factor: number) => {
    stage.current?.zoom(factor);
    gestures.current.onMoved();
  }, []);
  const fitAll = useCallback(() => {
    stage.current?.fit(scene.bounds);
    gestures.current.onMoved();
  }, [scene]);
  const save = useCallback(
    (kind: "svg" | "png") => {
      const layer: Layer = { scene, index, looks, tokens, only: null, covered: false, columns };
      if (kind === "svg") saveSvg(layer, litMarks);
      else void savePng(layer, litMarks);
    },
    [scene, index, looks, tokens, columns, litMarks],
  );
  const { onColumns, onColumn } = props;
  const showColumns = useCallback(
    (key: string) => {
      touched.current = key;
      onColumns(key);
    },
    [onColumns],
  );
  const chooseColumn = useCallback(
    (key: string, name: string) => {
      touched.current = key;
      onColumn({ key, column: name });
    },
    [onColumn],
  );
  const hoveredLook = hovered === null || covered ? null : looks[hovered];
  return (
    <div
      ref={frame}
      className="hw-stage"
      style={{ height }}
      role="application"
      tabIndex={0}
      aria-label="Lineage map: arrow keys move, plus and minus zoom, Tab goes from asset to asset, and from there arrow keys follow the lineage"
      data-testid="lineage"
      data-detail={sight ? detailAt(sight.view.zoom) : undefined}
    >
      <canvas ref={all} />
      <canvas ref={litSheet} />
      <div
        ref={cards}
        className="hw-stage-cards"
        onFocus={(event) => {
          scrollBack(event);
          const card = event.target.closest<HTMLElement>(".hw-card");
          if (card?.matches(":focus-visible")) showWhole(markOfCard(card));
        }}
      >
        {covered &&
          near.map((mark) => {
            const row = rows[scene.assets[mark]?.[0] ?? -1];
            const fold = scene.folds[mark] ?? null;
            const [x, y] = [scene.x[mark] ?? 0, scene.y[mark] ?? 0];
            if (fold !== null) {
              const look = looks[mark];
              return (
                <button
                  key={fold.kind === "group" ? `group ${fold.name}` : `inputs ${row?.key ?? ""}`}
                  type="button"
                  className="hw-card hw-card-group"
                  data-mark={mark}
                  data-dim={litMarks !== null && !litMarks.has(mark)}
                  title={look?.name}
                  style={{ transform: `translate(${x}px, ${y}px)` }}
                  onClick={() => {
                    unfold(mark);
                  }}
                >
                  <span className="hw-card-name">
                    <span aria-hidden="true">
                      <FoldMark tone={look?.tone ?? "idle"} hollow={look?.hollow ?? true} />
                    </span>
                    <b className="hw-cell">{look?.name}</b>
                  </span>
                  <span className="hw-quiet">{look?.detail}, unfold</span>
                </button>
              );
            }
            return (
              row && (
                <AssetCard
                  key={row.key}
                  asset={row}
                  x={x}
                  y={y}
                  dim={litMarks !== null && !litMarks.has(mark)}
                  chosen={row.key === chosen}
                  origin={origins.get(row.key)}
                  columns={columns?.names.get(mark)}
                  lit={columns?.lit ?? NOTHING_LIT}
                  onChoose={onChoose}
                  onColumns={showColumns}
                  onColumn={chooseColumn}
                />
              )
            );
          })}
      </div>
      {hoveredLook && (
        <div className="hw-stage-tip" role="status">
          <b>{hoveredLook.name}</b> {hoveredLook.detail}
        </div>
      )}
      <Tools onZoom={zoom} onFit={fitAll} onSave={save} />
      {scene.assets.length >= LEAST_FOR_MAP && sight && (
        <MiniMap
          scene={scene}
          looks={looks}
          tokens={tokens}
          inSight={sight.extent}
          onGo={(x, y) => {
            const mine = stage.current;
            if (!mine) return;
            const { zoom } = mine.view;
            mine.moveTo({ zoom, left: mine.width / 2 - x * zoom, top: mine.height / 2 - y * zoom });
          }}
        />
      )}
    </div>
  );
}

/** Drawn once: while the stage moves, only what moves with it is drawn anew. */
const Tools = memo(function Tools({
  onZoom,
  onFit,
  onSave,
}: {
  onZoom: (factor: number) => void;
  onFit: () => void;
  onSave: (kind: "svg" | "png") => void;
}) {
  const tool = (label: string, glyph: React.ReactNode, onClick: () => void) => (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="md" aria-label={label} onClick={onClick}>
        {glyph}
      </ActionIcon>
    </Tooltip>
  );
  return (
    <Group gap={4} className="hw-stage-tool hw-stage-tools hw-no-print">
      {tool("Zoom in", <PlusGlyph />, () => {
        onZoom(1.4);
      })}
      {tool("Zoom out", <MinusGlyph />, () => {
        onZoom(1 / 1.4);
      })}
      {tool("Show all", <FitGlyph />, onFit)}
      <Menu position="top-start">
        <Menu.Target>
          <ActionIcon variant="default" size="md" aria-label="Save as a picture">
            <DownloadGlyph />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() => {
              onSave("svg");
            }}
          >
            Save as SVG
          </Menu.Item>
          <Menu.Item
            onClick={() => {
              onSave("png");
            }}
          >
            Save as PNG
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
});

/** A frame scrolls to a card that gets the focus; the stage moves by itself, so that is taken back. */
function scrollBack(event: React.FocusEvent<HTMLElement>): void {
  const frame = event.currentTarget.parentElement;
  if (frame) frame.scrollTop = frame.scrollLeft = 0;
}

function FoldMark({ tone, hollow }: { tone: Tone; hollow: boolean }) {
  return (
    <span
      className="hw-dot"
      data-hollow={hollow}
      style={{ "--hw-tone": `var(--hw-${tone})` } as CSSProperties}
    />
  );
}

/** The view of another scene in which an asset is where it was in the last one. */
function heldView(view: View, last: Scene, next: Scene, asset: number): View {
  const [from, to] = [last.markOf[asset] ?? -1, next.markOf[asset] ?? -1];
  const moved = (axis: "x" | "y") => ((last[axis][from] ?? 0) - (next[axis][to] ?? 0)) * view.zoom;
  return { ...view, left: view.left + moved("x"), top: view.top + moved("y") };
}

function grown(extent: Extent): Extent {
  const [mx, my] = [extent.width * SIGHT_MARGIN, extent.height * SIGHT_MARGIN];
  return { x: extent.x - mx, y: extent.y - my, width: extent.width + 2 * mx, height: extent.height + 2 * my };
}

/** The group whose title is at a point; from afar, where titles are small, its whole box counts. */
function titleAt(scene: Scene, x: number, y: number, zoom: number): string | null {
  const box = scene.boxes.find(
    (each) => x >= each.x && x <= each.x + each.width && y >= each.y && y <= each.y + each.height,
  );
  if (!box) return null;
  return y - box.y <= Math.max(34, 20 / zoom) ? box.name : null;
}
