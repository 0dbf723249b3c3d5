/** What the tests of the Site object share: a hand-driven connector over a real socket, and events in one line each. */
import { env } from "cloudflare:workers";
import {
  type AmiStatus,
  type ConnectorFrame,
  type Filter,
  SiteEvent,
  type SiteFrame,
  selectSnapshot,
  stateMapOf,
  uplinkProtocol,
} from "@pbxis/shared";
import type { Logged, LogItem, Part, Sequenced } from "../site/api.ts";
import { siteHeader } from "../site/uplink/uplink-socket.ts";

export const everything: Filter = { agents: "*", queues: "*", summary: true, about: null };
export const amiUp: AmiStatus = { up: true, asOf: 5_000, asteriskVersion: "22.10.1" };
export const amiDown: AmiStatus = { up: false, asOf: 6_000, asteriskVersion: "22.10.1" };

export const count = (queue: string, waiting: number): SiteEvent =>
  SiteEvent.parse({ type: "queueCount", queue, count: waiting, longestWaitSince: null, at: 1 });
export const named = (agent: string, name: string): SiteEvent =>
  SiteEvent.parse({ type: "agentName", agent, name, at: 1 });
export const failed = (actionId: string): SiteEvent =>
  SiteEvent.parse({ type: "originateFailed", actionId, reason: "busy", at: 1 });
export const member = (agent: string, queue: string, status: string, since = 1): SiteEvent => {
  const gone = status === "loggedoff";
  const details = {
    deviceStatus: gone ? null : "not_inuse",
    pausedReason: null,
    penalty: gone ? null : 0,
    since,
    at: 1,
  };
  return SiteEvent.parse({ type: "queueMemberStatus", agent, queue, status, ...details });
};
export const complete = (agent: string, uniqueId: string): SiteEvent =>
  SiteEvent.parse({
    type: "agentComplete",
    agent,
    uniqueId,
    talkTime: 1,
    holdTime: 1,
    recording: null,
    queueName: "support",
    reason: "caller",
    at: 1,
  });

/** What a client with `filter` holds after all of `items`. */
export const mirrorOf = (items: readonly LogItem[], filter: Filter = everything): SiteEvent[] =>
  selectSnapshot(stateMapOf(items.filter((item): item is SiteEvent => item.type !== "link")), filter, 0);

/** As a commit tells it: `items` follow one another. */
export const logged = (items: readonly Sequenced[]): Logged => ({
  first: items[0]?.[0] ?? 0,
  items: items.map(([, item]) => item),
  texts: items.map(([, item]) => JSON.stringify(item)),
});
/** The parts of a delivery, one for the events of each commit. */
export const parts = (...commits: readonly (readonly Sequenced[])[]): Part[] =>
  commits.map((events) => ({
    kind: "events",
    first: events[0]?.[0] ?? 0,
    last: events.at(-1)?.[0] ?? 0,
    text: logged(events).texts.join(","),
  }));

type Closed = Readonly<{ code: number; reason: string }>;

export type Connector = Readonly<{
  say: (frame: ConnectorFrame | string) => void;
  /** The next frame of the site, within the test's own time limit. */
  heard: () => Promise<SiteFrame>;
  closed: Promise<Closed>;
  close: () => void;
}>;

/** Opens an uplink without saying hello. */
export async function openUplink(site: string, headers: Record<string, string> = {}): Promise<Connector> {
  const answer = await env.SITE.getByName(site).fetch("https://site.internal/connector", {
    headers: { upgrade: "websocket", [siteHeader]: site, ...headers },
  });
  const socket = answer.webSocket;
  if (!socket) throw new Error(`the site answered ${answer.status} instead of an uplink`);
  const frames: SiteFrame[] = [];
  const waiting: (() => void)[] = [];
  const closed = new Promise<Closed>((resolve) => {
    socket.addEventListener("close", ({ code, reason }) => resolve({ code, reason }));
  });
  socket.addEventListener("message", ({ data }) => {
    frames.push(JSON.parse(String(data)));
    waiting.shift()?.();
  });
  socket.accept();
  return {
    say: (frame) => socket.send(typeof frame === "string" ? frame : JSON.stringify(frame)),
    heard: async () => {
      for (;;) {
        const frame = frames.shift();
        if (frame) return frame;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    closed,
    close: () => socket.close(1000, "bye"),
  };
}

export const hello = (epoch: string, startedAt = 1_000): ConnectorFrame => ({
  type: "hello",
  protocol: uplinkProtocol,
  epoch,
  startedAt,
  connectorVersion: "0.1.0",
});

/** A connector that has told its first snapshot. */
export async function startConnector(
  site: string,
  events: readonly SiteEvent[],
  epoch = "c1",
  startedAt = 1_000,
): Promise<Connector> {
  const connector = await openUplink(site);
  connector.say(hello(epoch, startedAt));
  await connector.heard();
  await tell(connector, { type: "snapshot", sequence: 1, more: false, lost: 0, ami: amiUp, events: [...events] });
  return connector;
}

/** Sends a frame and waits until it is durable. */
export async function tell(connector: Connector, frame: ConnectorFrame): Promise<void> {
  connector.say(frame);
  const answer = await connector.heard();
  const sequence = "sequence" in frame ? frame.sequence : Number.NaN;
  if (answer.type !== "ack" || answer.through < sequence)
    throw new Error(`expected ack ${sequence}, got ${JSON.stringify(answer)}`);
}
