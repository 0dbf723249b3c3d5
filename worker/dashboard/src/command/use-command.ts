/** How views request commands, and which commands are offered, blocked or pending. */
import type { CommandInput } from "@pbxis/shared/client";
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { Store } from "../store/store.ts";
import { useStore } from "../ui/hooks.ts";
import { isGranted, mustConfirm, whyBlocked, whyCallersBlocked } from "./permission.ts";
import { randomKey } from "./random-key.ts";
import type { ShownCall } from "./shown-call.ts";
import { type CommandTracker, createTracker, isPending } from "./tracker.ts";

export type Commands = Readonly<{
  /** False if the token does not grant the command: then it is not shown. */
  offers: (command: CommandInput) => boolean;
  /** Why no commands can be sent now; null if they can. */
  blocked: string | null;
  /** The same of one command, which may need a list that is not current. */
  whyNot: (command: CommandInput) => string | null;
  isPending: (command: CommandInput) => boolean;
  /**
   * `confirmed`: the user has already confirmed it in a form. `call`: for a command about a call, the one that the user
   * sees.
   */
  request: (command: CommandInput, options?: Readonly<{ confirmed?: boolean; call?: ShownCall | null }>) => void;
}>;

/** One tracker per store: actions outlive the view that started them. */
const trackers = new WeakMap<Store, CommandTracker>();

export function useTracker(): CommandTracker {
  const store = useStore();
  const tracker = useMemo(() => {
    const found = trackers.get(store) ?? createTracker(store, randomKey);
    trackers.set(store, found);
    return found;
  }, [store]);
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => tracker.subscribe(() => again(undefined)), [tracker]);
  return tracker;
}

export function useCommand(): Commands {
  const store = useStore();
  const tracker = useTracker();
  const { claims } = store.signedIn;
  const blocked = whyBlocked(store.freshness());
  const whyNot = (command: CommandInput): string | null =>
    whyBlocked(store.freshness()) ?? whyCallersBlocked(store, command);
  return {
    offers: (command) => isGranted(claims, command),
    blocked,
    whyNot,
    isPending: (command) => isPending(tracker.state(), command),
    request: (command, { confirmed = false, call = null } = {}) => {
      // The freshness may have changed since the last redraw.
      if (whyNot(command) !== null) return;
      tracker.request(command, !confirmed && mustConfirm(claims, command), call);
    },
  };
}

/** An agent's name with its id, or the id alone if there is no name. */
export function useNameOf(): (agent: string) => string {
  const { state } = useStore();
  return (agent) => {
    const name = state.agent(agent)?.name;
    return name && name !== agent ? `${name} (${agent})` : agent;
  };
}
