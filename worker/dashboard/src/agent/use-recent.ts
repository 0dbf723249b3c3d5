/** The last occurrences since the page was opened: kept beside the store, so that they outlive the view. */
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { Store } from "../store.ts";
import { useStore } from "../ui/hooks.ts";
import { nothingYet, type Recent, withOccurrence } from "./recent.ts";

type Log = Readonly<{ recent: () => Recent; subscribe: (listener: () => void) => () => void }>;

const logs = new WeakMap<Store, Log>();

/** Keeps what occurs from now on, so that an agent's page that is opened later has it. */
export function keepRecent(store: Store): void {
  logOf(store);
}

function logOf(store: Store): Log {
  const known = logs.get(store);
  if (known) return known;
  const listeners = new Set<() => void>();
  let recent = nothingYet;
  store.onOccurrence((event) => {
    recent = withOccurrence(recent, event);
    for (const listener of [...listeners]) listener();
  });
  const log: Log = {
    recent: () => recent,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  logs.set(store, log);
  return log;
}

export function useRecent(): Recent {
  const store = useStore();
  const log = useMemo(() => logOf(store), [store]);
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => log.subscribe(() => again(undefined)), [log]);
  return log.recent();
}
