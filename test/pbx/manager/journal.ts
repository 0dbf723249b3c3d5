/** Records the actions that managers send, so that tests can count them, and holds back responses on request. */
import type { ActionRequest } from "./request.ts";

/** `held`: the number of packets held back. `release` sends them in order and stops holding. */
type HeldAnswers = Readonly<{ held: () => number; release: () => void }>;

export type Journal = Readonly<{
  /** The latest 1,000 actions in order of arrival, including those that the account is not permitted. */
  actions: (name?: string) => readonly ActionRequest[];
  /**
   * Holds back the responses to these actions (to all, without names), at most 10,000 packets. The actions themselves
   * take effect.
   */
  holdAnswers: (...names: readonly string[]) => HeldAnswers;
  /** Records an action. The response must be sent with the function that is returned. */
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
