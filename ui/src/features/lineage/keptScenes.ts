import { LAYOUT, type Scene } from "../../graph/scene";

/**
 * Layouts of earlier visits, by what they are laid out from, in the browser's own store.
 *
 * It is a cache: whatever the browser refuses, such as in a private window, is laid out anew.
 */
const STORE = "scenes";
const VERSION = 1;
const MOST = 20;

export async function readKept(name: string): Promise<Scene | undefined> {
  try {
    const store = await open("readonly");
    return (await settled(store.get(keyOf(name)))) as Scene | undefined;
  } catch {
    return undefined;
  }
}

export async function writeKept(name: string, scene: Scene): Promise<void> {
  try {
    const store = await open("readwrite");
    const keys = await settled(store.getAllKeys());
    for (const old of keys.slice(0, Math.max(0, keys.length - MOST))) store.delete(old);
    await settled(store.put(scene, keyOf(name)));
  } catch {
    // Then the next visit lays it out anew.
  }
}

function keyOf(name: string): string {
  return `${LAYOUT}\n${name}`;
}

async function open(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  const request = indexedDB.open("headwater-lineage", VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE);
  };
  const database = await settled(request);
  return database.transaction(STORE, mode).objectStore(STORE);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error("the browser's store refused"));
    };
  });
}
