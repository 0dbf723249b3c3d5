/** Calls a function with an element now, whenever its size changes, and whenever `what` changes. */
import type { RefObject } from "preact";
import { useLayoutEffect } from "preact/hooks";

export function useElementSize<Element extends HTMLElement>(
  ref: RefObject<Element | null>,
  what: number,
  fit: (element: Element) => void,
): void {
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new ResizeObserver(() => fit(element));
    observer.observe(element);
    fit(element);
    return () => observer.disconnect();
  }, [ref, what]);
}
