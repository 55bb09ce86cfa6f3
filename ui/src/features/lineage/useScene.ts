import { useEffect, useReducer } from "react";

import { unpack, type PackedScene } from "../../graph/packedScene";
import { toScene, type Scene, type SceneRequest } from "../../graph/scene";
import type { Drawn } from "./drawn";
import { readKept, writeKept } from "./keptScenes";
import { layoutWorker } from "./layoutWorker";

const MOST_AT_ONCE = 300;
const MOST_KEPT = 12;
const known = new Map<string, Scene>();
/** The scene that was shown last of each base: it stays in sight while one with other columns is laid out. */
const shownOf = new Map<string, Scene>();
const underWay = new Map<string, Promise<void>>();

let asked = 0;

/** The layout of what is drawn: at once where it is small or known, else from a worker; null until it is there. */
export function useScene(drawn: Drawn): Scene | null {
  const { name, base, request } = drawn;
  const atOnce = find(name, request);
  // Already now, so that the worker is at it while the rest of the page is rendered.
  if (atOnce === null) void begin(name, request);
  useEffect(() => {
    if (atOnce === null) return;
    shownOf.clear();
    shownOf.set(base, atOnce);
  }, [base, atOnce]);
  const [, drawAnew] = useReducer((times: number) => times + 1, 0);
  const isMissing = atOnce === null;
  useEffect(() => {
    // It may have come since this was rendered, which nobody else would tell.
    if (isMissing) void (known.has(name) ? Promise.resolve() : begin(name, request)).then(drawAnew);
  }, [name, request, isMissing]);
  return atOnce ?? shownOf.get(base) ?? null;
}

/** Have a drawing laid out before it is shown, where that takes long. */
export async function layOutAhead({ name, request }: Drawn): Promise<void> {
  if (request.size > MOST_AT_ONCE && !known.has(name)) await begin(name, request);
}

function find(name: string, request: SceneRequest): Scene | null {
  const scene = known.get(name);
  if (scene) return scene;
  return request.size <= MOST_AT_ONCE ? keep(name, toScene(request)) : null;
}

/** Have a scene read or laid out, once however often it is asked for. */
function begin(name: string, request: SceneRequest): Promise<void> {
  const begun = underWay.get(name);
  if (begun) return begun;
  const work = read(name, request).finally(() => underWay.delete(name));
  underWay.set(name, work);
  return work;
}

async function read(name: string, request: SceneRequest): Promise<void> {
  const kept = await readKept(name);
  const packed = kept ?? (await layOutInWorker(request));
  keep(name, unpack(packed));
  if (!kept) void writeKept(name, packed);
}

function keep(name: string, scene: Scene): Scene {
  known.set(name, scene);
  const oldest = known.keys().next().value;
  if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  return scene;
}

function layOutInWorker(request: SceneRequest): Promise<PackedScene> {
  const mine = layoutWorker();
  const id = (asked += 1);
  return new Promise((resolve, reject) => {
    const listen = (message: MessageEvent<{ id: number; scene: PackedScene }>) => {
      if (message.data.id !== id) return;
      mine.removeEventListener("message", listen);
      resolve(message.data.scene);
    };
    mine.addEventListener("message", listen);
    mine.addEventListener(
      "error",
      (error) => {
        reject(new Error(error.message));
      },
      { once: true },
    );
    mine.postMessage({ id, request });
  });
}
