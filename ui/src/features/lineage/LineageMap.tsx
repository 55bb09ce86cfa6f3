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
} from "react";

import { readTokens, useScheme } from "../../components/tokens";
import { DownloadGlyph, FitGlyph, MinusGlyph, PlusGlyph } from "../../components/icons";
import { CARD, type Scene } from "../../graph/scene";
import { centreOn, detailAt, MarkIndex, seen, type Extent, type View } from "../../graph/view";
import { AssetCard } from "./AssetCard";
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
  readonly onFold: (group: string) => void;
  readonly onView: (view: View) => void;
  readonly height: string | number;
}

/** A lineage that can be moved over: dots from afar, then names, then cards with live state. */
export function LineageMap(props: LineageMapProps) {
  const { scene, drawn, chosen, lit, litBy, onChoose, onFold, height } = props;
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
  const looks = useMemo(() => toLooks(scene, rows), [scene, rows]);
  const places = useMemo(() => new Map(rows.map((row, place) => [row.key, place])), [rows]);
  const chosenAsset = chosen === null ? null : (places.get(chosen) ?? null);

  // What was chosen by a click holds; hovering shows only where nothing is chosen.
  const shown = hovered === null || lit !== null ? lit : litBy(scene.assets[hovered]?.[0] ?? -1);
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
      made.redraw();
    });
    resized.observe(frame.current);
    return () => {
      resized.disconnect();
      made.close();
    };
  }, []);

  const begin = useEffectEvent(() => {
    const mine = stage.current;
    if (!mine) return;
    const mark = chosenAsset === null ? -1 : (scene.markOf[chosenAsset] ?? -1);
    if (props.view) mine.moveTo(props.view);
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
    const layer: Layer = { scene, index, looks, tokens, only: null, covered };
    stage.current?.show(layer, litMarks === null ? null : { ...layer, only: litMarks });
  }, [scene, index, looks, tokens, covered, litMarks]);

  const find = (x: number, y: number): number | null => {
    const view = stage.current?.view;
    if (!view) return null;
    return index.at((x - view.left) / view.zoom, (y - view.top) / view.zoom, TOUCH_PIXELS / view.zoom / 2);
  };
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
        const folded = scene.foldedNames[mark];
        if (folded !== null && folded !== undefined) onFold(folded);
        else onChoose(rows[scene.assets[mark]?.[0] ?? -1]?.key ?? null, extend);
      },
      onMoved: () => {
        if (stage.current) props.onView(stage.current.view);
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
        height: CARD.height,
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
      const layer: Layer = { scene, index, looks, tokens, only: null, covered: false };
      if (kind === "svg") saveSvg(layer);
      else void savePng(layer);
    },
    [scene, index, looks, tokens],
  );
  const hoveredLook = hovered === null || covered ? null : looks[hovered];
  return (
    <div
      ref={frame}
      className="hw-stage"
      style={{ height }}
      role="application"
      tabIndex={0}
      aria-label="Lineage map: arrow keys move, plus and minus zoom, Tab goes from asset to asset"
      data-testid="lineage"
      data-detail={sight ? detailAt(sight.view.zoom) : undefined}
    >
      <canvas ref={all} />
      <canvas ref={litSheet} />
      <div ref={cards} className="hw-stage-cards" onFocus={scrollBack}>
        {covered &&
          near.map((mark) => {
            const row = rows[scene.assets[mark]?.[0] ?? -1];
            const folded = scene.foldedNames[mark] ?? null;
            const [x, y] = [scene.x[mark] ?? 0, scene.y[mark] ?? 0];
            if (folded !== null) {
              return (
                <button
                  key={`group ${folded}`}
                  type="button"
                  className="hw-card hw-card-group"
                  style={{ transform: `translate(${x}px, ${y}px)` }}
                  onClick={() => {
                    onFold(folded);
                  }}
                >
                  <b>{folded}</b>
                  <span>{looks[mark]?.detail}, unfold</span>
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
                  onChoose={onChoose}
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

function grown(extent: Extent): Extent {
  const [mx, my] = [extent.width * SIGHT_MARGIN, extent.height * SIGHT_MARGIN];
  return { x: extent.x - mx, y: extent.y - my, width: extent.width + 2 * mx, height: extent.height + 2 * my };
}

function contains(outer: Extent, inner: Extent): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** The group whose title is at a point; from afar, where titles are small, its whole box counts. */
function titleAt(scene: Scene, x: number, y: number, zoom: number): string | null {
  const box = scene.boxes.find(
    (each) => x >= each.x && x <= each.x + each.width && y >= each.y && y <= each.y + each.height,
  );
  if (!box) return null;
  return y - box.y <= Math.max(34, 20 / zoom) ? box.name : null;
}
