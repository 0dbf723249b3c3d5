/** How views command: what is offered, what is blocked and why, what is under way. */
import type { CommandInput } from "@pbxis/shared/client";
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { Store } from "../store.ts";
import { useStore } from "../ui/hooks.ts";
import { createDesk, type Desk, isPending, randomKey } from "./desk.ts";
import { isGranted, mustConfirm, whyBlocked } from "./permission.ts";

export type Commands = Readonly<{
  /** False for what the grant lacks: then nothing of it is shown. */
  offers: (command: CommandInput) => boolean;
  /** Why nothing can be commanded just now; null if it can. */
  blocked: string | null;
  isPending: (command: CommandInput) => boolean;
  /** `confirmed`: the person has said so in a dialog already. */
  ask: (command: CommandInput, options?: Readonly<{ confirmed?: boolean }>) => void;
}>;

/** One desk for each store: actions outlive the view that they were begun in. */
const desks = new WeakMap<Store, Desk>();

export function useDesk(): Desk {
  const store = useStore();
  const desk = useMemo(() => {
    const made = desks.get(store) ?? createDesk(store, randomKey);
    desks.set(store, made);
    return made;
  }, [store]);
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => desk.subscribe(() => again(undefined)), [desk]);
  return desk;
}

export function useCommand(): Commands {
  const store = useStore();
  const desk = useDesk();
  const { claims } = store.signedIn;
  const blocked = whyBlocked(store.freshness());
  return {
    offers: (command) => isGranted(claims, command),
    blocked,
    isPending: (command) => isPending(desk.state(), command),
    ask: (command, { confirmed = false } = {}) => {
      // As things are now, which may be later than what was drawn.
      if (whyBlocked(store.freshness()) === null) desk.ask(command, !confirmed && mustConfirm(claims, command));
    },
  };
}

/** What an agent is called: the name with the id, or the id alone. */
export function useNameOf(): (agent: string) => string {
  const { state } = useStore();
  return (agent) => {
    const name = state.agent(agent)?.name;
    return name && name !== agent ? `${name} (${agent})` : agent;
  };
}
