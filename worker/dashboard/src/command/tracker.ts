/**
 * Tracks the page's commands from the user's request to the outcome. Several may be under way at once, but only one
 * question is shown at a time. `stepTracker` decides, `createTracker` holds the state and sends.
 */
import type { CommandInput, CommandOutcome, SiteEvent } from "@pbxis/shared/client";
import { type Action, type ActionInput, type Intent, isSettled, stepAction } from "./action.ts";
import { isAboutCaller, naming, type ShownCall } from "./shown-call.ts";

/** `id` stays the same for the whole life of an action, although a retry may change its key. */
export type TrackedAction = Readonly<{ id: string; action: Action }>;
/**
 * Oldest first. `failedOriginates`: recent failures, because one may arrive before the outcome of its command (EV7).
 */
export type TrackerState = Readonly<{
  actions: readonly TrackedAction[];
  failedOriginates: readonly Readonly<{ actionId: string; reason: string }>[];
}>;

export const emptyTracker: TrackerState = { actions: [], failedOriginates: [] };
/** This many ended actions stay on the page. Beyond it the oldest are removed, successful ones first. */
export const maxSettled = 4;
const maxFailedOriginates = 20;

type TrackerStep = Readonly<{ state: TrackerState; send: Readonly<{ id: string; intent: Intent }> | null }>;

export function stepTracker(state: TrackerState, id: string, input: ActionInput): TrackerStep {
  const before = state.actions.find((tracked) => tracked.id === id)?.action ?? null;
  const step = stepAction(before, input);
  if (step.action === before) return { state, send: null };
  const action = step.action && withLateFailure(step.action, state);
  const others = state.actions.filter((tracked) => tracked.id !== id);
  const actions =
    action === null ? others : before === null ? [...others, { id, action }] : replaced(state, id, action);
  return { state: { ...state, actions: bounded(actions) }, send: step.send && { id, intent: step.send } };
}

/**
 * EV7: the failed call may belong to a command of another client, or to one of ours whose outcome has not arrived yet.
 */
function applyOriginateFailed(state: TrackerState, actionId: string, reason: string): TrackerState {
  const actions = state.actions.map(({ id, action }) => ({
    id,
    action: stepAction(action, { kind: "originateFailed", actionId, reason }).action ?? action,
  }));
  return { actions, failedOriginates: [...state.failedOriginates, { actionId, reason }].slice(-maxFailedOriginates) };
}

/**
 * The user goes to another view: messages and questions belong to the one that is left. Commands under way go on, and
 * the outcome is news wherever the user is then.
 */
function leaveView(state: TrackerState): TrackerState {
  const actions = state.actions.filter(({ action }) => action.kind === "pending");
  return actions.length === state.actions.length ? state : { ...state, actions };
}

/** The action whose dialog is shown now. */
export function questionOf({ actions }: TrackerState): TrackedAction | undefined {
  return actions.find(({ action }) => action.kind === "confirming" || action.kind === "choosing");
}

/** Whether a command of the same type, agent, queue and waiting caller is pending. */
export function isPending({ actions }: TrackerState, like: CommandInput): boolean {
  return actions.some(({ action }) => action.kind === "pending" && isAlike(action.intent.command, like));
}

function isAlike(one: CommandInput, other: CommandInput): boolean {
  const [a, b] = [targetOf(one), targetOf(other)];
  return one.type === other.type && a.agent === b.agent && a.queue === b.queue && callerOf(one) === callerOf(other);
}

function callerOf(command: CommandInput): string | undefined {
  return isAboutCaller(command) ? command.uniqueId : undefined;
}

export function targetOf(command: CommandInput): Readonly<{ agent: string | undefined; queue: string | undefined }> {
  return {
    agent: "agent" in command ? command.agent : undefined,
    queue: "queue" in command ? command.queue : undefined,
  };
}

function withLateFailure(action: Action, { failedOriginates }: TrackerState): Action {
  if (action.kind !== "done") return action;
  const failed = failedOriginates.find(({ actionId }) => actionId === action.result.actionId);
  return failed ? (stepAction(action, { kind: "originateFailed", ...failed }).action ?? action) : action;
}

function replaced({ actions }: TrackerState, id: string, action: Action): TrackedAction[] {
  return actions.map((tracked) => (tracked.id === id ? { id, action } : tracked));
}

function bounded(actions: readonly TrackedAction[]): readonly TrackedAction[] {
  const settled = actions.filter(({ action }) => isSettled(action));
  const excess = settled.length - maxSettled;
  if (excess <= 0) return actions;
  const dropped = [...settled.filter(isDone), ...settled.filter((tracked) => !isDone(tracked))].slice(0, excess);
  return actions.filter((tracked) => !dropped.includes(tracked));
}

function isDone({ action }: TrackedAction): boolean {
  return action.kind === "done";
}

export type CommandTracker = Readonly<{
  state: () => TrackerState;
  subscribe: (listener: () => void) => () => void;
  /**
   * With `mustConfirm` the command is sent only after the user has confirmed it. `call`: what the page shows now, if
   * the command is about it.
   */
  request: (command: CommandInput, mustConfirm: boolean, call?: ShownCall | null) => void;
  /** Applies an input of the user to the action with that id. */
  input: (id: string, input: ActionInput) => void;
  /** The user goes to another view. */
  leave: () => void;
}>;

type CommandPort = Readonly<{
  command: (command: CommandInput, options: Readonly<{ idempotencyKey: string }>) => Promise<CommandOutcome>;
  onOccurrence: (listener: (event: SiteEvent) => void) => () => void;
}>;

/** Lives as long as the site's store, whose `command` never rejects. */
export function createTracker({ command, onOccurrence }: CommandPort, newKey: () => string): CommandTracker {
  const listeners = new Set<() => void>();
  let state = emptyTracker;

  function setState(next: TrackerState): void {
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener();
  }

  async function input(id: string, given: ActionInput): Promise<void> {
    const { state: next, send } = stepTracker(state, id, given);
    setState(next);
    if (!send) return;
    const { intent } = send;
    const { key } = intent;
    const outcome = await command(intent.command, { idempotencyKey: key });
    await input(id, { kind: "outcome", key, outcome });
  }

  onOccurrence((event) => {
    if (event.type === "originateFailed") setState(applyOriginateFailed(state, event.actionId, event.reason));
  });

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    request: (requested, mustConfirm, call = null) => {
      const intent: Intent = { command: naming(requested, call), key: newKey(), mustConfirm, call };
      void input(newKey(), { kind: "request", intent });
    },
    input: (id, given) => void input(id, given),
    leave: () => setState(leaveView(state)),
  };
}
