/** How parked calls ended, one log per store, so that it outlives the view. */
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { Store } from "../store/store.ts";
import { useStore } from "../ui/hooks.ts";
import { addOccurrence, type ParkingEnds } from "./recent.ts";

type Log = Readonly<{ recent: () => ParkingEnds; subscribe: (listener: () => void) => () => void }>;

const logs = new WeakMap<Store, Log>();

/** Starts to record, so that an agent's page shows what ended before it was opened. */
export function recordRecent(store: Store): void {
  logOf(store);
}

function logOf(store: Store): Log {
  const existing = logs.get(store);
  if (existing) return existing;
  const listeners = new Set<() => void>();
  let recent: ParkingEnds = [];
  store.onOccurrence((event) => {
    recent = addOccurrence(recent, event);
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

export function useParkingEnds(): ParkingEnds {
  const store = useStore();
  const log = useMemo(() => logOf(store), [store]);
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => log.subscribe(() => again(undefined)), [log]);
  return log.recent();
}
