/** A button that opens a menu, with a menu's usual keys: arrows, Home, End, first letters, Escape, Tab. */
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { nextItem } from "./menu-keys.ts";

/** `why` is the reason if the item is not possible now. */
export type MenuItem = Readonly<{ text: string; why: string | null; isDestructive?: boolean; run: () => void }>;

/** `items` is called when the menu opens: a page may have hundreds of menus that are never opened. */
type Props = Readonly<{
  label: string;
  items: () => readonly MenuItem[];
  tabIndex?: number;
  children: ComponentChildren;
}>;

export function MenuButton({ label, items, tabIndex = 0, children }: Props) {
  const [isOpen, setIsOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const menuId = useId();
  const close = (): void => {
    setIsOpen(false);
    button.current?.focus();
  };
  return (
    <div class="cmd-menu-place">
      <button
        ref={button}
        type="button"
        class="ui-button cmd-menu-button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? menuId : undefined}
        aria-label={label}
        tabIndex={tabIndex}
        onClick={() => setIsOpen(!isOpen)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          event.stopPropagation();
          setIsOpen(true);
        }}
      >
        {children}
      </button>
      {isOpen && <Menu id={menuId} label={label} items={items()} onClose={close} onLeave={() => setIsOpen(false)} />}
    </div>
  );
}

type MenuProps = Readonly<{
  id: string;
  label: string;
  items: readonly MenuItem[];
  /** Closes the menu and returns the focus to its button. */
  onClose: () => void;
  /** Closes the menu after the focus has moved elsewhere. */
  onLeave: () => void;
}>;

function Menu({ id, label, items, onClose, onLeave }: MenuProps) {
  const list = useRef<HTMLDivElement>(null);
  // A layout effect, so that the focus has moved before the next key: users who know the menu type ahead.
  useLayoutEffect(() => {
    list.current?.scrollIntoView({ block: "nearest" });
    buttonsOf(list.current)[0]?.focus({ preventScroll: true });
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    // The grid around the menu has keys of its own.
    event.stopPropagation();
    if (event.key === "Escape") {
      event.preventDefault();
      onClose();
      return;
    }
    const buttons = buttonsOf(list.current);
    const at = buttons.findIndex((one) => one.matches(":focus"));
    const texts = items.map(({ text }) => text);
    const next = nextItem(texts, at, event.key);
    if (next === null) return;
    event.preventDefault();
    buttons[next]?.focus();
  };
  const onFocusOut = (event: FocusEvent): void => {
    const { relatedTarget } = event;
    if (!(relatedTarget instanceof Node) || !list.current?.parentElement?.contains(relatedTarget)) onLeave();
  };
  return (
    <div
      ref={list}
      id={id}
      class="cmd-menu"
      role="menu"
      aria-label={label}
      tabIndex={-1}
      onKeyDown={onKeyDown}
      onFocusOut={onFocusOut}
    >
      {items.map(({ text, why, isDestructive, run }) => (
        <button
          key={text}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={isDestructive ? "cmd-menu-item cmd-menu-destructive" : "cmd-menu-item"}
          aria-disabled={why !== null}
          title={why ?? undefined}
          onClick={() => {
            if (why !== null) return;
            onClose();
            run();
          }}
        >
          {text}
          {why !== null && <span class="ui-hidden">. {why}</span>}
        </button>
      ))}
    </div>
  );
}

function buttonsOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}
