import { useMemo, useState, type FocusEvent, type PointerEvent } from "react";

/** Whether somebody is in a part of the page, and what that part must be given to know it. */
export interface Reading {
  readonly reading: boolean;
  readonly hands: {
    readonly onPointerEnter: (event: PointerEvent) => void;
    readonly onPointerLeave: (event: PointerEvent) => void;
    readonly onFocus: (event: FocusEvent) => void;
    readonly onBlur: (event: FocusEvent) => void;
  };
}

/** Whether the pointer or the keyboard is in a part of the page; what was only clicked is not held by its focus. */
export function useReading(): Reading {
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const hands = useMemo(
    () => ({
      onPointerEnter: () => {
        setPointed(true);
      },
      onPointerLeave: () => {
        setPointed(false);
      },
      onFocus: (event: FocusEvent) => {
        setFocused(event.target.matches(":focus-visible"));
      },
      onBlur: (event: FocusEvent) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setFocused(false);
      },
    }),
    [],
  );
  return { reading: pointed || focused, hands };
}
