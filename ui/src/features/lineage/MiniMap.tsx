import { useEffect, useRef, type PointerEvent } from "react";

import type { Tokens } from "../../components/tokens";
import { CARD, type Scene } from "../../graph/scene";
import { fit, type Extent } from "../../graph/view";
import type { MarkLook } from "./looks";

const WIDTH = 168;
const HEIGHT = 104;

/** The whole scene in a corner, and a frame around what is in sight; a press goes there. */
export function MiniMap({
  scene,
  looks,
  tokens,
  inSight,
  onGo,
}: {
  scene: Scene;
  looks: readonly MarkLook[];
  tokens: Tokens;
  inSight: Extent;
  onGo: (x: number, y: number) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { left, top, zoom } = fit(scene.bounds, WIDTH, HEIGHT, Infinity);

  useEffect(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen) return;
    pen.clearRect(0, 0, WIDTH, HEIGHT);
    pen.strokeStyle = tokens.line;
    for (const box of scene.boxes) {
      pen.strokeRect(box.x * zoom + left, box.y * zoom + top, box.width * zoom, box.height * zoom);
    }
    const [w, h] = [Math.max(1.5, CARD.width * zoom), Math.max(1.5, CARD.height * zoom)];
    looks.forEach((look, mark) => {
      pen.fillStyle = tokens.tones[look.tone];
      pen.globalAlpha = look.hollow ? 0.4 : 1;
      pen.fillRect((scene.x[mark] ?? 0) * zoom + left, (scene.y[mark] ?? 0) * zoom + top, w, h);
    });
    pen.globalAlpha = 1;
  }, [scene, looks, tokens, left, top, zoom]);

  const go = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    onGo((event.clientX - box.left - left) / zoom, (event.clientY - box.top - top) / zoom);
  };
  return (
    <div
      className="hw-minimap hw-stage-tool"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event);
      }}
      onPointerMove={(event) => {
        if (event.buttons > 0) go(event);
      }}
    >
      <canvas ref={canvas} width={WIDTH} height={HEIGHT} />
      <div
        style={{
          left: inSight.x * zoom + left,
          top: inSight.y * zoom + top,
          width: inSight.width * zoom,
          height: inSight.height * zoom,
        }}
      />
    </div>
  );
}
