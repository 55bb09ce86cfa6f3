import type { PackedScene } from "../../graph/packedScene";
import { LAYOUT } from "../../graph/scene";

/**
 * Layouts of earlier visits, by what they are laid out from, in the browser's own store.
 *
 * It is a cache: whatever the browser refuses, such as in a private window, is laid out anew.
 */
const STORE = "scenes";
const VERSION = 1;
const MOST = 20;
/** Where the keys of what the store holds are noted: that is read at once, while to open the store takes a while. */
const NOTES = "headwater-lineage-kept";

export async function readKept(name: string): Promise<PackedScene | undefined> {
  if (!mayBeKept(name)) return undefined;
  try {
    const store = await storeFor("readonly");
    return (await settled(store.get(keyOf(name)))) as PackedScene | undefined;
  } catch {
    return undefined;
  }
}

export async function writeKept(name: string, scene: PackedScene): Promise<void> {
  try {
    const store = await storeFor("readwrite");
    const keys = await settled(store.getAllKeys());
    const tooMany = Math.max(0, keys.length - MOST);
    for (const old of keys.slice(0, tooMany)) store.delete(old);
    localStorage.setItem(NOTES, JSON.stringify([...keys.slice(tooMany), keyOf(name)]));
    await settled(store.put(scene, keyOf(name)));
  } catch {
    // Then the next visit lays it out anew.
  }
}

function mayBeKept(name: string): boolean {
  try {
    return (localStorage.getItem(NOTES) ?? "").includes(JSON.stringify(keyOf(name)));
  } catch {
    return false;
  }
}

function keyOf(name: string): string {
  return `${LAYOUT}\n${name}`;
}

let opened: Promise<IDBDatabase> | undefined;

/** Open the store ahead of its first use, since that takes a while. */
export function openKept(): void {
  opened ??= open();
  // Whoever reads from it is told.
  opened.catch(() => undefined);
}

async function storeFor(mode: IDBTransactionMode): Promise<IDBObjectStore> {
  openKept();
  const database = await opened;
  if (!database) throw new Error("the browser's store refused");
  return database.transaction(STORE, mode).objectStore(STORE);
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open("headwater-lineage", VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE);
  };
  return settled(request);
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
