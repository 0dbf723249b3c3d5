/** Moves the focus when its element is removed, for example a button whose command has been carried out. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

/**
 * If a redraw removes the focused element inside `root`, the first control of its nearest remaining ancestor gets the
 * focus.
 */
export function useFocusFallback(root: RefObject<HTMLElement | null>): void {
  const before = root.current;
  const focused = document.activeElement;
  const ancestors = before && focused && before.contains(focused) ? ancestorsOf(focused, before) : [];
  useLayoutEffect(() => {
    if (!focused || ancestors.length === 0 || focused.isConnected) return;
    for (const element of ancestors) {
      const next = element.isConnected ? element.querySelector<HTMLElement>("button, input, a[href]") : null;
      if (!next) continue;
      next.focus({ preventScroll: true });
      return;
    }
  });
}

/** From the nearest up to `root`. */
function ancestorsOf(element: Element, root: Element): Element[] {
  const path: Element[] = [];
  for (let at = element.parentElement; at && at !== root; at = at.parentElement) path.push(at);
  return [...path, root];
}
