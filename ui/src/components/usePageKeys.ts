import { useEffect } from "react";
import { useNavigate } from "react-router";

const PATIENCE_MILLISECONDS = 1_200;

/** `g` and then a page's letter goes to that page, and `?` tells of all keys, unless somebody is typing. */
export function usePageKeys(pages: readonly { to: string; letter: string }[], onHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let began = -Infinity;
    const listen = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (event.key === "?") onHelp();
      const page = pages.find((each) => each.letter === event.key);
      if (event.timeStamp - began < PATIENCE_MILLISECONDS && page) void navigate(page.to);
      began = event.key === "g" ? event.timeStamp : -Infinity;
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, [navigate, pages, onHelp]);
}
