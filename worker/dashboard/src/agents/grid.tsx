/**
 * The grid of cards. Only the cards near the window are in the document. The grid is one tab stop: arrows, Page keys,
 * Home and End move between cards, Tab moves from a card's name to its menu and then out of the grid.
 */
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MenuItem } from "../command/menu.tsx";
import { displayTime } from "../ui/clock.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import type { AgentDisplay } from "./agent-display.ts";
import { AgentCard } from "./card.tsx";
import { useWindow } from "./use-window.ts";
import { nextCard } from "./virtual.ts";

type Props = Readonly<{ displays: readonly AgentDisplay[]; itemsOf: (display: AgentDisplay) => readonly MenuItem[] }>;

export function AgentGrid({ displays, itemsOf }: Props) {
  const grid = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const freshness = useStore().freshness();
  const now = displayTime(freshness, useNow());
  const { first, end, columns, page } = useWindow(grid, displays.length);
  const activeIndex = Math.max(
    0,
    displays.findIndex(({ agent }) => agent === active),
  );
  const latest = useRef(itemsOf);
  latest.current = itemsOf;
  const latestItems = useCallback((display: AgentDisplay) => latest.current(display), []);
  const { focusSoon } = useRestoredFocus(grid, displays[activeIndex]?.agent);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = nextCard(event.key, activeIndex, { count: displays.length, columns, page });
    if (next === null) return;
    event.preventDefault();
    setActive(displays[next]?.agent ?? null);
    focusSoon();
  };
  const onFocusIn = (event: FocusEvent): void => {
    const agent = event.target instanceof Element ? agentOf(event.target) : null;
    if (agent !== null) setActive(agent);
  };
  return (
    <ul ref={grid} class="ag-grid" aria-label="Agents" onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      {indices(first, end, activeIndex, displays.length).map((index) => {
        const display = displays[index];
        return (
          display && (
            <AgentCard
              key={display.agent}
              display={display}
              index={index}
              total={displays.length}
              columns={columns}
              isActive={index === activeIndex}
              now={now}
              freshness={freshness.kind}
              itemsOf={latestItems}
            />
          )
        );
      })}
    </ul>
  );
}

/** The cards near the window, and the active card wherever it is, because it has the focus or will get it. */
function indices(first: number, end: number, active: number, count: number): number[] {
  const near = Array.from({ length: end - first }, (_, step) => first + step);
  if (active >= count || (active >= first && active < end)) return near;
  return active < first ? [active, ...near] : [...near, active];
}

function agentOf(element: Element): string | null {
  return element.closest<HTMLElement>("[data-agent]")?.dataset.agent ?? null;
}

/**
 * Moves the focus to the active card on request, and restores it if a change of the order has moved the focused card.
 */
function useRestoredFocus(grid: { current: HTMLElement | null }, active: string | undefined) {
  const isRequested = useRef(false);
  const focused = document.activeElement;
  const held = focused && grid.current?.contains(focused) ? focused : null;
  useLayoutEffect(() => {
    const isLost = held !== null && !grid.current?.contains(document.activeElement);
    if (!isRequested.current && !isLost) return;
    const wasMoved = !isRequested.current && held?.isConnected && held instanceof HTMLElement;
    isRequested.current = false;
    if (wasMoved) {
      held.focus({ preventScroll: true });
      return;
    }
    const card = [...(grid.current?.children ?? [])].find(
      (one) => one instanceof HTMLElement && one.dataset.agent === active,
    );
    card?.querySelector("a")?.focus({ preventScroll: isLost });
  });
  return {
    focusSoon: () => {
      isRequested.current = true;
    },
  };
}
