/**
 * A page with the hooks of `@pbxis/react`: it takes over what a server has rendered, in StrictMode, and shows a simulated
 * call center. `globalThis.seen` is what the test reads.
 */
import { SiteProvider, useAgent, useAgents, useOccurrence } from "@pbxis/react";
import type { SiteClient, SiteEvent, SubscribedSite, SubscriptionHandlers } from "@pbxis/shared/client";
import { createElement as h, Profiler, type ReactElement, StrictMode, useState } from "react";
import { Mirror } from "../../shared/src/client/mirror.ts";

const agentCount = 200;
const eventCount = 1_000;
/** 200 events in a second, if the machine has the time: several in a frame, each in a task of its own. */
const eventIntervalMs = 5;
const occurrenceEvery = 100;

export const seen = {
  frame: 0,
  /** The frame of each time that React has changed the document. */
  commits: [] as number[],
  opened: 0,
  closed: 0,
  events: 0,
  isDone: false,
};
export type Seen = typeof seen;

const agents = Array.from({ length: agentCount }, (_, index) => String(1000 + index));
const nameEvent = (agent: string, name: string) => ({ type: "agentName", agent, name, at: 1 }) as SiteEvent;
const occurrence = { type: "originateFailed", actionId: "pbxis-1", reason: "busy", at: 1 } as SiteEvent;

function simulate({ onChange, onLink, onOccurrence }: SubscriptionHandlers, mirror: Mirror): () => void {
  onChange?.(mirror.replace(agents.map((agent) => nameEvent(agent, "-"))));
  onLink?.("up", 1);
  let sent = 0;
  const timer = setInterval(() => {
    onChange?.(mirror.apply([nameEvent(agents[sent % agentCount] ?? "", `name ${sent}`)]));
    sent += 1;
    seen.events = sent;
    if (sent % occurrenceEvery === 0) onOccurrence?.(occurrence);
    if (sent === eventCount) clearInterval(timer);
    seen.isDone = sent === eventCount;
  }, eventIntervalMs);
  return () => clearInterval(timer);
}

function subscribe(_subscription: unknown, handlers: SubscriptionHandlers = {}): SubscribedSite {
  seen.opened += 1;
  const mirror = new Mirror();
  let stop = () => {};
  const timer = setTimeout(() => {
    stop = simulate(handlers, mirror);
  });
  return {
    state: mirror,
    link: () => ({ state: "up", asOf: 1 }),
    status: () => ({ kind: "live" }),
    cursor: () => null,
    close: () => {
      seen.closed += 1;
      clearTimeout(timer);
      stop();
    },
  };
}

const client = { subscribe } as unknown as SiteClient;

function Agent({ id }: Readonly<{ id: string }>) {
  return h("li", null, useAgent(id)?.name);
}

function Board() {
  const [occurrences, setOccurrences] = useState(0);
  useOccurrence(() => setOccurrences((count) => count + 1));
  const agentItems = useAgents().map((id) => h(Agent, { id, key: id }));
  return h("main", null, h("output", null, occurrences), h("ul", null, agentItems));
}

export function page(): ReactElement {
  const onRender = () => seen.commits.push(seen.frame);
  // A subscription that is written in place is another object each time.
  const provider = h(SiteProvider, { client, subscription: { agents: "*" } }, h(Board));
  return h(StrictMode, null, h(Profiler, { id: "page", onRender }, provider));
}
