/** What managers asked for, for tests to count, and answers that are kept from them for a while. */
import type { ActionRequest } from "./request.ts";

/** `held`: how many pieces of answers wait. `release` sends them, in order, and keeps back no more. */
export type HeldAnswers = Readonly<{ held: () => number; release: () => void }>;

export type Journal = Readonly<{
  /** The latest 1,000 actions in the order in which they came, also those that were refused for want of a right. */
  actions: (name?: string) => readonly ActionRequest[];
  /** From now on these actions (all, if none is named) are done, but their answers wait: at most 10,000 packets. */
  holdAnswers: (...names: readonly string[]) => HeldAnswers;
  /** Notes an action that came; what it is answered goes through the function that is returned. */
  note: (request: ActionRequest, send: (text: string) => void) => (text: string) => void;
}>;

const maxActions = 1000;
const maxHeld = 10_000;

type Holding = { names: ReadonlySet<string>; waiting: (() => void)[] };

const lower = (name: string | undefined) => (name ?? "").toLowerCase();

export function createJournal(): Journal {
  const noted: ActionRequest[] = [];
  const holdings = new Set<Holding>();
  return {
    actions: (name) => noted.filter((one) => name === undefined || lower(one.get("action")) === lower(name)),
    holdAnswers: (...names) => {
      const holding: Holding = { names: new Set(names.map(lower)), waiting: [] };
      holdings.add(holding);
      return {
        held: () => holding.waiting.length,
        release: () => {
          holdings.delete(holding);
          for (const send of holding.waiting.splice(0)) send();
        },
      };
    },
    note: (request, send) => {
      noted.push(request);
      if (noted.length > maxActions) noted.shift();
      const name = lower(request.get("action"));
      const holding = [...holdings].find(({ names }) => names.size === 0 || names.has(name));
      if (!holding) return send;
      return (text) => {
        if (holdings.has(holding) && holding.waiting.length < maxHeld) holding.waiting.push(() => send(text));
        else send(text);
      };
    },
  };
}
