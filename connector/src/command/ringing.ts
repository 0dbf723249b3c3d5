/**
 * CM6: phones that ring because we originated. No event tells of such a channel before it talks; it is known by the ActionID that it
 * was given as its Uniqueid. One phone may ring several times over: call waiting, or a second originate that comes to nothing.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** So many originated calls; the oldest is forgotten, and then it takes the phone itself to end its ringing. */
const maxRinging = 1000;
/** Asterisk's own clock ends the ringing, and starts when it has read the action; ours is not to be earlier. */
const marginMs = 10_000;

/** `until` (ms of `now`): as long as it may ring; without end once it was answered, for then its Hangup tells. */
type Originated = { readonly agent: string; until: number };

export type Ringing = Readonly<{
  /** Before it is asked for: its end may be told together with the answer. */
  remember: (agent: string, actionId: string, forMs: number) => void;
  forget: (actionId: string) => void;
  onEvent: (event: AmiEvent) => void;
  /** The Uniqueid of the newest that was originated for the agent and is not over, null if there is none. */
  of: (agent: string) => string | null;
}>;

export function createRinging(now: () => number): Ringing {
  const byActionId = new BoundedMap<string, Originated>(maxRinging);
  return {
    remember: (agent, actionId, forMs) => byActionId.set(actionId, { agent, until: now() + forMs + marginMs }),
    forget: (actionId) => byActionId.delete(actionId),
    onEvent: (event) => {
      if (event.kind === "hangup") byActionId.delete(event.uniqueId);
      if (event.kind !== "originateResponse") return;
      const originated = byActionId.get(event.actionId);
      if (!event.success) byActionId.delete(event.actionId);
      // In its place: to be answered makes it no newer.
      else if (originated) originated.until = Number.POSITIVE_INFINITY;
    },
    of: (agent) => {
      let newest: string | null = null;
      for (const [actionId, originated] of byActionId.entries())
        if (originated.agent === agent && originated.until > now()) newest = actionId;
      return newest;
    },
  };
}
