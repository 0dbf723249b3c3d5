/** A client that stays over all deployments, and counts what it receives. */
import { connectSite, type Subscription } from "@pbxis/shared/client";

const subscription: Subscription = { agents: "*", queues: "*" };

export type Viewer = Readonly<{
  /** How often each completed call has arrived, by Uniqueid (EV6). */
  completed: ReadonlyMap<string, number>;
  /** How often a wait has ended, by outcome (EV16). */
  ended: ReadonlyMap<string, number>;
  /** How often the stream began anew with a snapshot, so that occurrences may be missing. */
  gaps: () => number;
  isLive: () => boolean;
  states: () => readonly unknown[];
  close: () => void;
}>;

export function openViewer(url: URL, site: string, token: string, transport: "websocket" | "sse"): Viewer {
  const completed = new Map<string, number>();
  const ended = new Map<string, number>();
  const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
  let gaps = 0;
  const subscribed = connectSite({ url: url.href, site, token, transport }).subscribe(subscription, {
    onOccurrence: (event) => {
      if (event.type === "agentComplete") add(completed, event.uniqueId);
      if (event.type === "queueCallEnded") add(ended, event.outcome);
    },
    onGap: () => {
      gaps += 1;
    },
  });
  return {
    completed,
    ended,
    gaps: () => gaps,
    isLive: () => subscribed.status().kind === "live" && subscribed.link()?.state === "up",
    states: () => subscribed.state.events(),
    close: () => subscribed.close(),
  };
}
