/** How views look at the store and at the time. */
import { createContext } from "preact";
import { useContext, useEffect, useReducer } from "preact/hooks";
import type { History } from "../history/recorder.ts";
import type { Store } from "../store.ts";

export const StoreContext = createContext<Store | null>(null);
/** What the browser has seen of each queue; null where nothing is recorded. */
export const HistoryContext = createContext<History | null>(null);

/** The store, read anew whenever it has changed. */
export function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store) throw new Error("a view outside the signed-in page");
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => store.subscribe(() => again(undefined)), [store]);
  return store;
}

/** Ms since 1970, anew every `intervalMs`; what ticks ticks together. */
export function useNow(intervalMs = 1000): number {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => again(undefined), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return Date.now();
}
