import { pack } from "./packedScene";
import { toScene, type SceneRequest } from "./scene";

/** Lays out one scene after another, off the main thread. */
self.onmessage = (message: MessageEvent<{ id: number; request: SceneRequest }>) => {
  self.postMessage({ id: message.data.id, scene: pack(toScene(message.data.request)) });
};
