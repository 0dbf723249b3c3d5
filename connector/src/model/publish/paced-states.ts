/**
 * States that are published at most once a second: the summaries of one queue together (EV9), and the lists of callers
 * of all queues together (EV20), because the site writes them as one.
 */
import type { StateRef } from "../state/state-ref.ts";
import { createPacer, type Pacer } from "./pacer.ts";

const paceMs = 1000;

type PacedState = StateRef & Readonly<{ pace: NonNullable<StateRef["pace"]> }>;

export function isPaced(state: StateRef): state is PacedState {
  return state.pace !== null;
}

export function createPacedStates(): Pacer<PacedState> {
  return createPacer<PacedState>(paceMs, ({ pace, queue }) => (pace === "summary" ? queue : "lists of callers,"));
}
