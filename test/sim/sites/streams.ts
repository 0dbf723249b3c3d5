/**
 * How a page follows a stream of several sites (AP15): by the typed client over a WebSocket, or, written from the text of
 * the protocol, by server-sent events with their ids or by long polls.
 */
import { connectSites } from "@pbxis/shared/client";
import { newAbort, type Shown } from "../client.ts";
import { createFetch, createSocketClass, type NetworkOptions } from "../client-network.ts";
import { broken, type Closing, type Data, type Wire } from "../wire.ts";

type SitesTransport = "websocket" | "sse" | "long-poll";

export type SitesRequest = Readonly<{ transport: SitesTransport; token: string; sites: readonly string[] }>;

export type SitesListener = Readonly<{ onText: (text: string) => void; onWire: (wire: Wire) => void }>;

/** `shown`: what a client that keeps states itself shows of a site; null for one that does not. */
export type Followed = Readonly<{ status: () => string; shown: (site: string) => Shown | null }>;

const origin = "https://edge.simulated";
/** How long a page waits before it asks again. */
const returnMs = 1_000;
/** The worker sends something every 15 s. */
const silenceMs = 40_000;

export function followSites(request: SitesRequest, network: NetworkOptions, listener: SitesListener): Followed {
  if (request.transport === "websocket") return followWebSocket(request, network, listener);
  let status = "connecting";
  const setStatus = (next: string) => {
    status = next;
  };
  void (request.transport === "sse" ? followSse : followPolls)(request, network, listener, setStatus);
  return { status: () => status, shown: () => null };
}

function followWebSocket({ token, sites }: SitesRequest, network: NetworkOptions, listener: SitesListener): Followed {
  const WebSocket = createSocketClass(network, {
    onOpened: ({ wire }) => listener.onWire(wire),
    onText: listener.onText,
    maySend: () => true,
  });
  const platform = { fetch: createFetch(network), WebSocket, newAbort };
  const client = connectSites({ url: origin, sites, token, transport: "websocket", platform });
  const subscribed = client.subscribe({ agents: "*", queues: "*" });
  return {
    status: () => subscribed.status().kind,
    shown: (site) => {
      const state = subscribed.state.site(site);
      return state ? { link: () => subscribed.link(site), state } : null;
    },
  };
}

type SetStatus = (status: string) => void;

function urlOf(sites: readonly string[], more = ""): string {
  return `${origin}/v1/events?sites=${sites.join()}&agents=*&queues=*${more}`;
}

function pause({ clock, process }: NetworkOptions, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, process, "page waits", resolve));
}

/** A browser comes back by itself, with the id of the last message. */
async function followSse(
  { token, sites }: SitesRequest,
  network: NetworkOptions,
  { onText, onWire }: SitesListener,
  setStatus: SetStatus,
): Promise<never> {
  let lastId: string | null = null;
  for (;;) {
    let rest = "";
    const onMessage = (message: string) => {
      const { id, data } = Object.fromEntries(message.split("\n").map((line) => line.split(/: (.*)/, 2)));
      if (data === undefined) return;
      setStatus("live");
      onText(data);
      lastId = id ?? lastId;
    };
    const headers = {
      authorization: `Bearer ${token}`,
      accept: "text/event-stream",
      ...(lastId !== null && { "last-event-id": lastId }),
    };
    await readStream(new Request(urlOf(sites), { headers }), network, onWire, (text) => {
      const messages = (rest + text).split("\n\n");
      rest = messages.pop() ?? "";
      for (const message of messages) onMessage(message);
    });
    setStatus("waiting");
    await pause(network, returnMs);
  }
}

/** Resolves when the stream has ended or is silent. */
async function readStream(
  request: Request,
  { clock, process, conditions, edge }: NetworkOptions,
  onWire: (wire: Wire) => void,
  onText: (text: string) => void,
): Promise<void> {
  if (conditions.isDown) return;
  const opened = await edge.stream(request, process, conditions, `client ${process.name}`).catch(() => null);
  if (!opened || "status" in opened) return;
  const { end, wire } = opened;
  onWire(wire);
  const { promise, resolve } = Promise.withResolvers<Closing>();
  const decoder = new TextDecoder();
  let receivedAt = clock.now();
  let isOver = false;
  end.onData = (data: Data) => {
    if (isOver) return;
    receivedAt = clock.now();
    onText(typeof data === "string" ? data : decoder.decode(data, { stream: true }));
  };
  end.onClose = (closing) => {
    if (closing.code !== broken.code) end.close(closing);
    resolve(closing);
  };
  const look = () => {
    if (isOver) return;
    if (clock.now() - receivedAt > silenceMs) resolve(broken);
    else clock.after(silenceMs / 8, process, "page looks", look);
  };
  look();
  await promise;
  isOver = true;
  end.close(broken);
}

/** The next poll is from where the last answer went. */
async function followPolls(
  { token, sites }: SitesRequest,
  network: NetworkOptions,
  { onText }: SitesListener,
  setStatus: SetStatus,
): Promise<never> {
  const fetch = createFetch(network);
  const headers = { authorization: `Bearer ${token}` };
  let since = "";
  for (;;) {
    const url = urlOf(sites, since && `&since=${since}`);
    const response = await fetch(url, { headers }).catch(() => null);
    if (response?.status !== 200) {
      setStatus("waiting");
      await pause(network, returnMs);
      continue;
    }
    setStatus("live");
    const { cursor, frames } = JSON.parse(await response.text());
    for (const frame of frames) onText(JSON.stringify(frame));
    since = cursor;
  }
}
