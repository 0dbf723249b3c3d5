/** Hooks that redraw a view when the store changes or time passes. */
import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";

import type { Store } from "../store/store.ts";

export const StoreContext = createContext<Store | null>(null);

/**
 * The store of the signed-in site. The component is redrawn after each change.
 *
 * @throws Error outside of the signed-in page.
 */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("useStore outside of the signed-in page");
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => store.subscribe(() => again(undefined)), [store]);
  return store;
}

/** The time in ms since 1970. The component is redrawn every `intervalMs`. */
export function useNow(intervalMs = 1000): number {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => again(undefined), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return Date.now();
}
