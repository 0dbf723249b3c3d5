/** Keeps the keyboard's place: a button that is gone once its command is done must not leave the focus nowhere. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/** What had the focus inside `root` and is gone hands it to the first control of the nearest thing around it that is still there. */
export function useHeldFocus(root: RefObject<HTMLElement | null>): void {
  const before = root.current;
  const focused = document.activeElement;
  const around = before && focused && before.contains(focused) ? pathOf(focused, before) : [];
  useLayoutEffect(() => {
    if (!focused || around.length === 0 || focused.isConnected) return;
    for (const element of around) {
      const next = element.isConnected ? element.querySelector<HTMLElement>("button, input, a[href]") : null;
      if (!next) continue;
      next.focus({ preventScroll: true });
      return;
    }
  });
}

/** From the nearest on. */
function pathOf(element: Element, root: Element): Element[] {
  const path: Element[] = [];
  for (let at = element.parentElement; at && at !== root; at = at.parentElement) path.push(at);
  return [...path, root];
}
