/**
 * When the connector has been gone for as long as the log is kept, the other parties of its calls are forgotten. Nobody
 * knows which of those calls still exist, and their numbers would be stored for ever. Pure.
 */
import { applyEvent, diffStates, type SiteEvent, type StateMap } from "@pbxis/shared";
import { append, type Commit, type Site } from "./ingress.ts";

/** Whether `stepForgetCalls` would forget anything. */
export function hasCalls({ states, parts }: Pick<Site, "states" | "parts">): boolean {
  if (parts.length > 0) return true;
  for (const state of states.values()) if (isCall(state)) return true;
  return false;
}

/**
 * Each call gets its neutral value (EV12). Parts of an unfinished snapshot are dropped, and a connector that returns
 * begins a new one (UP4).
 */
export function stepForgetCalls({ meta, states, parts }: Site, now: number): Commit {
  const others: StateMap = new Map([...states].filter(([, state]) => !isCall(state)));
  const ended = diffStates(states, others, now);
  const connector = meta.connector && parts.length > 0 ? { ...meta.connector, through: null } : meta.connector;
  // The states are replaced as a whole, so that no older checkpoint keeps what is forgotten.
  const replaceStates: StateMap = new Map(states);
  for (const state of ended) applyEvent(replaceStates, state);
  return { ...append({ ...meta, connector }, ended, now), replaceStates, parts: "drop", newEpoch: false };
}

/** Every state that names a caller. */
function isCall(state: SiteEvent): boolean {
  if (state.type === "queueCallers") return state.callers.length > 0;
  return state.type === "parkedCallState" || (state.type === "phoneNumber" && state.number !== null);
}
