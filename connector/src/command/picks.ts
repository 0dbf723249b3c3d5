/**
 * CM7: phones that ring for a waiting caller whom an agent is to pick. If the caller is answered by another agent, or
 * leaves, while one rings, it must not ring on: whoever answered it would take the caller out of that talk.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import { BoundedMap } from "../util/bounded-map.ts";

/** Beyond this many the oldest is forgotten, and rings on until its time is over. */
const maxPicks = 1000;

type Pick = Readonly<{ caller: string; channel: string }>;

export type Picks = Readonly<{
  /** `caller`: the Uniqueid; `channel`: that of the phone that rings. */
  remember: (actionId: string, pick: Pick) => void;
  onAmiEvent: (event: AmiEvent) => void;
}>;

/** `hangUp` ends the ring on a channel. */
export function createPicks(hangUp: (channel: string) => void): Picks {
  const byActionId = new BoundedMap<string, Pick>(maxPicks);
  return {
    remember: (actionId, pick) => byActionId.set(actionId, pick),
    onAmiEvent: (event) => {
      if (event.kind === "originateResponse") byActionId.delete(event.actionId);
      if (event.kind !== "queueCallerLeave" && event.kind !== "hangup") return;
      for (const [actionId, { caller, channel }] of byActionId.entries()) {
        if (caller !== event.uniqueId) continue;
        byActionId.delete(actionId);
        hangUp(channel);
      }
    },
  };
}
