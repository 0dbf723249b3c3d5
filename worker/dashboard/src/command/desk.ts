/**
 * All actions of the page, one beside the other: several may be under way, one question is asked at a time. The pure list, and the thin shell
 * that sends.
 */
import type { CommandInput, CommandOutcome, SiteEvent } from "@pbxis/shared/client";
import { type Action, type ActionInput, type Intent, isSettled, stepAction } from "./action.ts";

/** `id` is one for the whole life of an action, whatever its keys. */
export type Entry = Readonly<{ id: string; action: Action }>;
/** Oldest first. `failedOriginates`: those that failed before their own outcome was here. */
export type DeskState = Readonly<{
  entries: readonly Entry[];
  failedOriginates: readonly Readonly<{ actionId: string; reason: string }>[];
}>;

export const emptyDesk: DeskState = { entries: [], failedOriginates: [] };
/** Of ended actions so many stay to be read; the oldest go, first those that were done. */
export const maxSettled = 4;
export const maxFailedOriginates = 20;

export type DeskStep = Readonly<{ state: DeskState; send: Readonly<{ id: string; intent: Intent }> | null }>;

export function stepDesk(state: DeskState, id: string, input: ActionInput): DeskStep {
  const before = state.entries.find((entry) => entry.id === id)?.action ?? null;
  const step = stepAction(before, input);
  if (step.action === before) return { state, send: null };
  const action = step.action && withLateFailure(step.action, state);
  const others = state.entries.filter((entry) => entry.id !== id);
  const entries =
    action === null ? others : before === null ? [...others, { id, action }] : replaced(state, id, action);
  return { state: { ...state, entries: bounded(entries) }, send: step.send && { id, intent: step.send } };
}

/** EV7. It may be anybody's; it is kept for a while in case that it is ours and its outcome is still on the way. */
export function noteOriginateFailed(state: DeskState, actionId: string, reason: string): DeskState {
  const entries = state.entries.map(({ id, action }) => ({
    id,
    action: stepAction(action, { kind: "originateFailed", actionId, reason }).action ?? action,
  }));
  return { entries, failedOriginates: [...state.failedOriginates, { actionId, reason }].slice(-maxFailedOriginates) };
}

/** The one question that is to be asked now. */
export function questionOf({ entries }: DeskState): Entry | undefined {
  return entries.find(({ action }) => action.kind === "confirming" || action.kind === "choosing");
}

/** Whether a command of this type is under way for this agent (and queue). */
export function isPending({ entries }: DeskState, like: CommandInput): boolean {
  return entries.some(({ action }) => action.kind === "pending" && isAlike(action.intent.command, like));
}

function isAlike(one: CommandInput, other: CommandInput): boolean {
  const [a, b] = [targetOf(one), targetOf(other)];
  return one.type === other.type && a.agent === b.agent && a.queue === b.queue;
}

export function targetOf(command: CommandInput): Readonly<{ agent: string | undefined; queue: string | undefined }> {
  return {
    agent: "agent" in command ? command.agent : undefined,
    queue: "queue" in command ? command.queue : undefined,
  };
}

function withLateFailure(action: Action, { failedOriginates }: DeskState): Action {
  if (action.kind !== "done") return action;
  const failed = failedOriginates.find(({ actionId }) => actionId === action.result.actionId);
  return failed ? (stepAction(action, { kind: "originateFailed", ...failed }).action ?? action) : action;
}

function replaced({ entries }: DeskState, id: string, action: Action): Entry[] {
  return entries.map((entry) => (entry.id === id ? { id, action } : entry));
}

function bounded(entries: readonly Entry[]): readonly Entry[] {
  const settled = entries.filter(({ action }) => isSettled(action));
  const excess = settled.length - maxSettled;
  if (excess <= 0) return entries;
  const leaving = [...settled.filter(isDone), ...settled.filter((entry) => !isDone(entry))].slice(0, excess);
  return entries.filter((entry) => !leaving.includes(entry));
}

function isDone({ action }: Entry): boolean {
  return action.kind === "done";
}

export type Desk = Readonly<{
  state: () => DeskState;
  subscribe: (listener: () => void) => () => void;
  /** `mustConfirm`: not before somebody has said yes. */
  ask: (command: CommandInput, mustConfirm: boolean) => void;
  /** Of the action with that id. */
  input: (id: string, input: ActionInput) => void;
}>;

type Site = Readonly<{
  command: (command: CommandInput, options: Readonly<{ idempotencyKey: string }>) => Promise<CommandOutcome>;
  onOccurrence: (listener: (event: SiteEvent) => void) => () => void;
}>;

/** Lives as long as the site's store, which never rejects a command. */
export function createDesk({ command, onOccurrence }: Site, newKey: () => string): Desk {
  const listeners = new Set<() => void>();
  let state = emptyDesk;

  function become(next: DeskState): void {
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener();
  }

  async function input(id: string, given: ActionInput): Promise<void> {
    const { state: next, send } = stepDesk(state, id, given);
    become(next);
    if (!send) return;
    const { key, command: wanted } = send.intent;
    const outcome = await command(wanted, { idempotencyKey: key });
    await input(id, { kind: "outcome", key, outcome });
  }

  onOccurrence((event) => {
    if (event.type === "originateFailed") become(noteOriginateFailed(state, event.actionId, event.reason));
  });

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    ask: (wanted, mustConfirm) => {
      void input(newKey(), { kind: "ask", intent: { command: wanted, key: newKey(), mustConfirm } });
    },
    input: (id, given) => void input(id, given),
  };
}

/** 128 random bits; `randomUUID` is not there on a page without https. */
export function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
