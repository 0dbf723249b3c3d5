/** Where the grid is in the window, and so which of its cards are to be in the document. The styles decide how wide and high a card is. */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { columnsIn, type Slice, visibleSlice } from "./virtual.ts";

type Measures = Readonly<{ columns: number; rowHeight: number; gap: number; above: number; windowHeight: number }>;

/** Before anything was measured; a phone's, so that not too many are drawn. */
const guess: Measures = { columns: 1, rowHeight: 200, gap: 8, above: 0, windowHeight: 800 };

/** `page`: rows that are seen at once. */
export function useWindow(
  grid: RefObject<HTMLElement | null>,
  count: number,
): Slice & Readonly<{ columns: number; page: number }> {
  const [measures, setMeasures] = useState(guess);
  useLayoutEffect(() => {
    const element = grid.current;
    if (!element) return;
    let frame = 0;
    let cards = measureCards(element);
    const place = (): void => {
      frame = 0;
      const above = -element.getBoundingClientRect().top;
      setMeasures((before) => same(before, { ...cards, above, windowHeight: innerHeight }));
    };
    const soon = (): void => {
      frame ||= requestAnimationFrame(place);
    };
    place();
    const observer = new ResizeObserver(() => {
      cards = measureCards(element);
      soon();
    });
    observer.observe(element);
    // Whatever it is that scrolls: these events do not bubble, but they can be caught on their way down.
    document.addEventListener("scroll", soon, { capture: true, passive: true });
    addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      document.removeEventListener("scroll", soon, { capture: true });
      removeEventListener("resize", soon);
    };
  }, [grid]);
  const slice = visibleSlice({ ...measures, count });
  useLayoutEffect(() => {
    grid.current?.style.setProperty("block-size", `${slice.height}px`);
  }, [grid, slice.height]);
  useLayoutEffect(() => {
    grid.current?.style.setProperty("--ag-columns", String(measures.columns));
  }, [grid, measures.columns]);
  const page = Math.max(1, Math.floor(measures.windowHeight / measures.rowHeight) - 1);
  return { ...slice, columns: measures.columns, page };
}

/** Costs more than the place does, and changes only with the size of the grid. The styles give the least width of a card in rem. */
function measureCards(element: HTMLElement): Omit<Measures, "above" | "windowHeight"> {
  const style = getComputedStyle(element);
  const gap = Number.parseFloat(style.rowGap) || 0;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const least = (Number.parseFloat(style.getPropertyValue("--ag-card-min")) || 18) * rem;
  return {
    columns: columnsIn(element.clientWidth, least, gap),
    rowHeight: (Number.parseFloat(style.gridAutoRows) || guess.rowHeight - guess.gap) + gap,
    gap,
  };
}

/** The old ones if the new ones lead to the same rows: most steps of a scroll need no drawing. */
function same(before: Measures, now: Measures): Measures {
  const row = ({ above, rowHeight }: Measures): number => Math.floor(above / rowHeight);
  const isSame =
    before.columns === now.columns &&
    before.rowHeight === now.rowHeight &&
    before.gap === now.gap &&
    before.windowHeight === now.windowHeight &&
    row(before) === row(now);
  return isSame ? before : now;
}
