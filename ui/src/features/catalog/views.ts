import { TROUBLED } from "../../components/trouble";

/** A way to look at the catalog under a name: what its address has after the question mark. */
export interface SavedView {
  readonly name: string;
  readonly search: string;
}

export const GIVEN: readonly SavedView[] = [
  { name: "Everything", search: "" },
  { name: "Needs a look", search: TROUBLED },
  { name: "Checks failing", search: "checks=failed" },
  { name: "External, latest first", search: "kind=external&sort=updated-desc" },
  { name: "Never heard of", search: "status=missing&status=unreported" },
];

const PLACE = "headwater.catalog.views";

/** The reader's own views, kept by the browser; what it lost or garbled is none. */
export function readViews(): SavedView[] {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE) ?? "[]") as unknown;
    return Array.isArray(kept) ? kept.filter(isView) : [];
  } catch {
    return [];
  }
}

/** Keep a view; one of the same name is replaced. */
export function saveView(view: SavedView): SavedView[] {
  return write([...readViews().filter((each) => each.name !== view.name), view]);
}

export function removeView(name: string): SavedView[] {
  return write(readViews().filter((each) => each.name !== name));
}

function write(views: SavedView[]): SavedView[] {
  localStorage.setItem(PLACE, JSON.stringify(views));
  return views;
}

function isView(value: unknown): value is SavedView {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as SavedView).name === "string" &&
    typeof (value as SavedView).search === "string"
  );
}
