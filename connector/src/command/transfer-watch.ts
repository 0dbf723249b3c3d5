/**
 * CM20: what Asterisk does after an action that only says that it was queued. Nothing but the bridges that the agent's
 * channel enters shows whether a transfer began, and whether all three were joined.
 */
import type { AmiEvent } from "../ami/event/event.ts";
import type { SetTimer } from "../util/clock.ts";

/** Asterisk dials by digits of its own, half a second on an idle machine. */
export const consultationTimeoutMs = 3000;
export const conferenceTimeoutMs = 2000;

/**
 * `bridged`: the channel entered another bridge. `held`: it holds the other party, and no more was seen yet. `none`:
 * nothing was seen, or it resumed the call or ended.
 */
type Seen = "bridged" | "held" | "none";

/** `seen` resolves after `timeoutMs` at the latest. `stop` must be called in the end. */
type TransferWatch = Readonly<{ seen: (timeoutMs: number) => Promise<Seen>; stop: () => void }>;

export type TransferWatches = Readonly<{
  onAmiEvent: (event: AmiEvent) => void;
  /** Watches a channel, by its name, from now on. There are at most as many as running commands. */
  watch: (channel: string) => TransferWatch;
}>;

type Watched = { channel: string; seen: Seen; isOver: boolean; onOver: (() => void) | null };

export function createTransferWatches(setTimer: SetTimer): TransferWatches {
  const all = new Set<Watched>();
  return {
    onAmiEvent: (event) => {
      if (all.size === 0) return;
      for (const watched of all) follow(watched, event);
    },
    watch: (channel) => {
      const watched: Watched = { channel, seen: "none", isOver: false, onOver: null };
      all.add(watched);
      return {
        seen: (timeoutMs) =>
          new Promise((resolve) => {
            if (watched.isOver) return resolve(watched.seen);
            const cancel = setTimer(timeoutMs, () => resolve(watched.seen));
            watched.onOver = () => {
              cancel();
              resolve(watched.seen);
            };
          }),
        stop: () => all.delete(watched),
      };
    },
  };
}

function follow(watched: Watched, event: AmiEvent): void {
  if (!("channel" in event) || event.channel !== watched.channel || watched.isOver) return;
  switch (event.kind) {
    case "hold":
      watched.seen = "held";
      return;
    case "bridgeEnter":
      watched.seen = "bridged";
      break;
    case "unhold":
    case "hangup":
      watched.seen = "none";
      break;
    default:
      return;
  }
  watched.isOver = true;
  watched.onOver?.();
}
