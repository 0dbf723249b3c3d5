/**
 * Which cards of the grid must be in the document, by the grid's place in the window. The styles set the cards' size.
 */
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { columnsIn, type Slice, visibleSlice } from "./virtual.ts";

type Measures = Readonly<{ columns: number; rowHeight: number; gap: number; above: number; windowHeight: number }>;

/** Before the first measurement. The values are those of a phone, so that few cards are drawn. */
const guess: Measures = { columns: 1, rowHeight: 200, gap: 8, above: 0, windowHeight: 800 };

/** `page`: the number of rows that Page Up and Page Down move. */
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
    const measure = (): void => {
      frame = 0;
      const above = -element.getBoundingClientRect().top;
      setMeasures((before) => changedOnly(before, { ...cards, above, windowHeight: innerHeight }));
    };
    const schedule = (): void => {
      frame ||= requestAnimationFrame(measure);
    };
    measure();
    const observer = new ResizeObserver(() => {
      cards = measureCards(element);
      schedule();
    });
    observer.observe(element);
    // Scroll events do not bubble, but capturing them covers whichever element scrolls.
    document.addEventListener("scroll", schedule, { capture: true, passive: true });
    addEventListener("resize", schedule);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      document.removeEventListener("scroll", schedule, { capture: true });
      removeEventListener("resize", schedule);
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

/**
 * The size of the cards. It is measured only when the grid's size changes, because that is expensive. `--ag-card-min`
 * is the minimum width of a card in rem.
 */
function measureCards(element: HTMLElement): Omit<Measures, "above" | "windowHeight"> {
  const style = getComputedStyle(element);
  const gap = Number.parseFloat(style.rowGap) || 0;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const minWidth = (Number.parseFloat(style.getPropertyValue("--ag-card-min")) || 18) * rem;
  return {
    columns: columnsIn(element.clientWidth, minWidth, gap),
    rowHeight: (Number.parseFloat(style.gridAutoRows) || guess.rowHeight - guess.gap) + gap,
    gap,
  };
}

/** Gives back `before` if `now` shows the same rows, because most scroll events need no redraw. */
function changedOnly(before: Measures, now: Measures): Measures {
  const row = ({ above, rowHeight }: Measures): number => Math.floor(above / rowHeight);
  const isSame =
    before.columns === now.columns &&
    before.rowHeight === now.rowHeight &&
    before.gap === now.gap &&
    before.windowHeight === now.windowHeight &&
    row(before) === row(now);
  return isSame ? before : now;
}
