import { useEffect, type RefObject } from "react";

import type { Way } from "../../graph/walk";
import type { Stage } from "./stage";

const WHEEL_STEP = 0.0016;
const CLICK_PIXELS = 4;
const PAN_PIXELS = 90;
const WAYS: Readonly<Record<string, Way>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export interface Gestures {
  /** The pointer stands over the scene, null when it leaves or drags. */
  readonly onPoint: (x: number, y: number) => void;
  readonly onLeave: () => void;
  readonly onClick: (x: number, y: number, extend: boolean) => void;
  readonly onMoved: () => void;
  /** An arrow key while a card has the focus. */
  readonly onWalk: (from: HTMLElement, way: Way) => void;
  readonly onEscape: () => void;
}

/** Drag, wheel, pinch and keys move the stage; a press that moved nothing is a click. */
export function useGestures(
  frame: RefObject<HTMLElement | null>,
  stage: RefObject<Stage | null>,
  gestures: RefObject<Gestures>,
): void {
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const down = new Map<number, { x: number; y: number }>();
    let travelled = 0;
    const at = (event: PointerEvent | WheelEvent) => {
      const box = element.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    const isOnSheet = (event: Event) => (event.target as HTMLElement).closest(".hw-stage-tool") === null;

    const press = (event: PointerEvent) => {
      if (event.button !== 0 || !isOnSheet(event)) return;
      if (down.size === 0) travelled = 0;
      down.set(event.pointerId, at(event));
    };
    const move = (event: PointerEvent) => {
      const before = down.get(event.pointerId);
      const now = at(event);
      if (!before) {
        if (isOnSheet(event)) gestures.current.onPoint(now.x, now.y);
        return;
      }
      const [dx, dy] = [now.x - before.x, now.y - before.y];
      travelled += Math.abs(dx) + Math.abs(dy);
      if (travelled > CLICK_PIXELS && !element.hasPointerCapture(event.pointerId)) {
        element.setPointerCapture(event.pointerId);
      }
      const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
      down.set(event.pointerId, now);
      if (!other) stage.current?.pan(dx, dy);
      else {
        const apart = (point: { x: number; y: number }) => Math.hypot(point.x - other.x, point.y - other.y);
        stage.current?.zoom(
          apart(now) / Math.max(1, apart(before)),
          (now.x + other.x) / 2,
          (now.y + other.y) / 2,
        );
      }
    };
    const release = (event: PointerEvent) => {
      if (!down.delete(event.pointerId)) return;
      const { x, y } = at(event);
      const isCard = (event.target as HTMLElement).closest(".hw-card, .hw-card-place") !== null;
      if (travelled > CLICK_PIXELS) gestures.current.onMoved();
      else if (!isCard) gestures.current.onClick(x, y, event.shiftKey);
    };
    const leave = () => {
      gestures.current.onLeave();
    };
    const wheel = (event: WheelEvent) => {
      if (!isOnSheet(event)) return;
      event.preventDefault();
      const { x, y } = at(event);
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 32 : 1;
      stage.current?.zoom(Math.exp(-event.deltaY * lines * WHEEL_STEP), x, y);
      gestures.current.onMoved();
    };
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape") gestures.current.onEscape();
      const card = (event.target as HTMLElement).closest<HTMLElement>(".hw-card");
      const way = WAYS[event.key];
      if (card && way) {
        event.preventDefault();
        gestures.current.onWalk(card, way);
      }
      if (event.target !== element) return;
      const pan = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (pan) stage.current?.pan((pan[0] ?? 0) * PAN_PIXELS, (pan[1] ?? 0) * PAN_PIXELS);
      else if (event.key === "+" || event.key === "=") stage.current?.zoom(1.3);
      else if (event.key === "-") stage.current?.zoom(1 / 1.3);
      else return;
      event.preventDefault();
      gestures.current.onMoved();
    };
    element.addEventListener("pointerdown", press);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("pointerleave", leave);
    element.addEventListener("wheel", wheel, { passive: false });
    element.addEventListener("keydown", key);
    return () => {
      element.removeEventListener("pointerdown", press);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", release);
      element.removeEventListener("pointercancel", release);
      element.removeEventListener("pointerleave", leave);
      element.removeEventListener("wheel", wheel);
      element.removeEventListener("keydown", key);
    };
  }, [frame, stage, gestures]);
}
