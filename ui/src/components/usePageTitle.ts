import { useEffect } from "react";

/** What the browser's tab says: what is shown, since several tabs may be open. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Headwater`;
  }, [title]);
}
