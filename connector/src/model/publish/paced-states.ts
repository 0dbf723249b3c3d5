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

/**
 * A state whose time has come goes with the next events that do, and alone only if there are none for so long. A frame
 * of its own would cost a row of the site's log, and a delivery to each wallboard.
 */
const patienceMs = 250;

export function createPacedStates(): Pacer<PacedState> {
  const pacer = createPacer<PacedState>(paceMs, ({ pace, queue }) =>
    pace === "summary" ? queue : "lists of callers,",
  );
  return {
    ...pacer,
    nextDueAt: () => {
      const dueAt = pacer.nextDueAt();
      return dueAt === undefined ? undefined : dueAt + patienceMs;
    },
  };
}
