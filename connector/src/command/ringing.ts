/**
 * CM6: phones that ring because the connector originated a call. AMI's filters let through no event of such a channel
 * before it talks; it is known by the ActionID, which is part of its Uniqueid (model/state/originated.ts). Several
 * calls may ring one phone: call waiting, or a second originate that will fail.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import { actionIdOf } from "../model/state/originated.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** Beyond this many the oldest originated call is forgotten, and `hangup` no longer finds it. */
const maxRinging = 1000;
/** Asterisk ends the ringing, counting from when it has read the action; a call must not be forgotten earlier. */
const marginMs = 10_000;

/** It may ring until `until` (steady clock). Once answered there is no end, because then a Hangup event reports it. */
type OriginatedCall = { readonly agent: string; until: number };

export type Ringing = Readonly<{
  /** To be called before the action is sent: the events of the call's end may arrive together with the answer. */
  remember: (agent: string, actionId: string, forMs: number) => void;
  forget: (actionId: string) => void;
  onAmiEvent: (event: AmiEvent) => void;
  /** The ActionID of the newest originated call that may still ring the agent; null if there is none. */
  of: (agent: string) => string | null;
}>;

export function createRinging(now: () => number): Ringing {
  const byActionId = new BoundedMap<string, OriginatedCall>(maxRinging);
  return {
    remember: (agent, actionId, forMs) => byActionId.set(actionId, { agent, until: now() + forMs + marginMs }),
    forget: (actionId) => byActionId.delete(actionId),
    onAmiEvent: (event) => {
      if (event.kind === "hangup") byActionId.delete(actionIdOf(event.uniqueId));
      if (event.kind !== "originateResponse") return;
      const originated = byActionId.get(event.actionId);
      if (!event.success) byActionId.delete(event.actionId);
      // Changed in place: an answered call becomes no newer.
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
