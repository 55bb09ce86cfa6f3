import { useEffect, useRef, useState } from "react";

import { useWhileHere } from "./useWhileHere";

const PAUSE_MILLISECONDS = 120;

/**
 * What is typed into a field whose text the address holds.
 *
 * It shows at once and is told after a short pause: an address that changes with each key lags behind a quick hand, and
 * would take letters back.
 */
export function useTyped(text: string, onText: (text: string) => void) {
  const [typed, setTyped] = useState(text);
  const [told, setTold] = useState(text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by other means, such as "back" or a saved view.
  if (text !== told) {
    setTold(text);
    setTyped(text);
  }
  useEffect(
    () => () => {
      clearTimeout(timer.current);
    },
    [],
  );
  const tell = useWhileHere((next: string) => {
    setTold(next);
    onText(next);
  });
  const type = (next: string) => {
    setTyped(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(tell, PAUSE_MILLISECONDS, next);
  };
  return { typed, type };
}
