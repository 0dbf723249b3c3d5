/**
 * CM6: phones that ring because we originated. No event tells of such a channel before it talks; it is known by the ActionID that it
 * was given as its Uniqueid.
 */
import type { AmiEvent } from "../ami/event.ts";
import { BoundedMap } from "../model/bounded-map.ts";

/** Of so many agents; the oldest is forgotten, and then it takes the phone itself to end its ringing. */
const maxRinging = 1000;
/** Asterisk's own clock ends the ringing; ours is not to be earlier. */
const marginMs = 2000;

/** `until` (ms of `now`): as long as it may ring; without end once it was answered, for then its Hangup tells. */
type Originated = Readonly<{ agent: string; actionId: string; until: number }>;

export type Ringing = Readonly<{
  remember: (agent: string, actionId: string, forMs: number) => void;
  onEvent: (event: AmiEvent) => void;
  /** The Uniqueid of what was last originated for the agent, null if it is over. */
  of: (agent: string) => string | null;
}>;

export function createRinging(now: () => number): Ringing {
  const byAgent = new BoundedMap<string, Originated>(maxRinging);
  const byActionId = new BoundedMap<string, string>(maxRinging);

  function find(actionId: string): Originated | undefined {
    const agent = byActionId.get(actionId);
    const originated = agent === undefined ? undefined : byAgent.get(agent);
    return originated?.actionId === actionId ? originated : undefined;
  }

  function forget(actionId: string): void {
    const originated = find(actionId);
    if (originated) byAgent.delete(originated.agent);
    byActionId.delete(actionId);
  }

  return {
    remember: (agent, actionId, forMs) => {
      byAgent.set(agent, { agent, actionId, until: now() + forMs + marginMs });
      byActionId.set(actionId, agent);
    },
    onEvent: (event) => {
      if (event.kind === "hangup") forget(event.uniqueId);
      if (event.kind !== "originateResponse") return;
      const originated = find(event.actionId);
      if (!event.success) forget(event.actionId);
      else if (originated) byAgent.set(originated.agent, { ...originated, until: Number.POSITIVE_INFINITY });
    },
    of: (agent) => {
      const originated = byAgent.get(agent);
      return originated && originated.until > now() ? originated.actionId : null;
    },
  };
}
