/**
 * The cards, of which only those near the window are in the document. For the keyboard the grid is one stop: arrows, Page keys, Home and End lead
 * from card to card, Tab from the card's name to its menu and on.
 */
import { useCallback, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { MenuItem } from "../command/menu.tsx";
import { shownAt } from "../ui/clock.ts";
import { useNow, useStore } from "../ui/hooks.ts";
import type { AgentLine } from "./agent-state.ts";
import { AgentCard } from "./card.tsx";
import { useWindow } from "./use-window.ts";
import { nextCard } from "./virtual.ts";

type Props = Readonly<{ lines: readonly AgentLine[]; itemsOf: (line: AgentLine) => readonly MenuItem[] }>;

export function AgentGrid({ lines, itemsOf }: Props) {
  const grid = useRef<HTMLUListElement>(null);
  const [active, setActive] = useState<string | null>(null);
  const freshness = useStore().freshness();
  const now = shownAt(freshness, useNow());
  const { first, end, columns, page } = useWindow(grid, lines.length);
  const activeIndex = Math.max(
    0,
    lines.findIndex(({ agent }) => agent === active),
  );
  const latest = useRef(itemsOf);
  latest.current = itemsOf;
  const latestItems = useCallback((line: AgentLine) => latest.current(line), []);
  const { focusSoon } = useKeptFocus(grid, lines[activeIndex]?.agent);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const next = nextCard(event.key, activeIndex, { count: lines.length, columns, page });
    if (next === null) return;
    event.preventDefault();
    setActive(lines[next]?.agent ?? null);
    focusSoon();
  };
  const onFocusIn = (event: FocusEvent): void => {
    const agent = event.target instanceof Element ? agentOf(event.target) : null;
    if (agent !== null) setActive(agent);
  };
  return (
    <ul ref={grid} class="ag-grid" aria-label="Agents" onKeyDown={onKeyDown} onFocusIn={onFocusIn}>
      {indices(first, end, activeIndex, lines.length).map((index) => {
        const line = lines[index];
        return (
          line && (
            <AgentCard
              key={line.agent}
              line={line}
              index={index}
              total={lines.length}
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

/** Those near the window, and wherever it is the one that has or gets the focus. */
function indices(first: number, end: number, active: number, count: number): number[] {
  const near = Array.from({ length: end - first }, (_, step) => first + step);
  if (active >= count || (active >= first && active < end)) return near;
  return active < first ? [active, ...near] : [...near, active];
}

function agentOf(element: Element): string | null {
  return element.closest<HTMLElement>("[data-agent]")?.dataset.agent ?? null;
}

/** A card that is moved, because the order has changed, loses the focus; it gets it back. */
function useKeptFocus(grid: { current: HTMLElement | null }, active: string | undefined) {
  const wanted = useRef<"link" | null>(null);
  const focused = document.activeElement;
  const held = focused && grid.current?.contains(focused) ? focused : null;
  useLayoutEffect(() => {
    const isLost = held !== null && !grid.current?.contains(document.activeElement);
    if (wanted.current === null && !isLost) return;
    const wasMoved = wanted.current === null && held?.isConnected && held instanceof HTMLElement;
    wanted.current = null;
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
      wanted.current = "link";
    },
  };
}
