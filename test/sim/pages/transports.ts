/**
 * The three transports of pbxis-ws (PX3) as pages use them. Each follows a ticket until the page needs another one: the
 * worker says `closed` or does not know the ticket, or something may have been lost on the way.
 */
import { broken, type Closing, type Data } from "../wire.ts";
import { origin, type PageEvent, type PageNetwork, sleep, type Transport } from "./network.ts";

type Listener = Readonly<{ onOpen: () => void; onEvent: (event: PageEvent) => void; onId: (id: string) => void }>;

/** How long a page waits before it uses its ticket again. */
const returnMs = 500;
/** A connection that has died silently is noticed after this time. */
const noticeMs = 20_000;

export function follow(transport: Transport, network: PageNetwork, ticket: string, listener: Listener): Promise<void> {
  const url = `${origin}/${ticket}/${transport}`;
  switch (transport) {
    case "websocket":
      return followWebSocket(network, url, listener);
    case "sse":
      return followSse(network, url, listener);
    case "long-poll":
      return followPolls(network, url, listener);
  }
}

/** Returns false for `closed`. */
function take(event: PageEvent, { onEvent }: Listener): boolean {
  if (event.type === "closed") return false;
  onEvent(event);
  return true;
}

/** The worker counts an event as delivered when it is sent, so the ticket is of use only if the worker has closed. */
async function followWebSocket(network: PageNetwork, url: string, listener: Listener): Promise<void> {
  const upgrade = () => new Request(url, { headers: { upgrade: "websocket" } });
  for (;;) {
    let isOver = false;
    const closing = await connect(network, "open", upgrade(), {
      onOpen: listener.onOpen,
      onText: (text) => {
        if (!take(JSON.parse(text), listener)) isOver = true;
      },
    });
    if (isOver || closing === null || closing.code === broken.code) return;
    await sleep(network, returnMs);
  }
}

/** The browser comes back by itself, with the last id; the page, if the worker could not be reached. */
async function followSse(network: PageNetwork, url: string, listener: Listener): Promise<void> {
  let lastId: string | null = null;
  let retryMs = 3000;
  for (;;) {
    let isOver = false;
    let rest = "";
    let message: { id?: string; event?: string; data?: string } = {};
    const onLine = (line: string) => {
      const [, field = "", value = ""] = /^(\w+): (.*)$/.exec(line) ?? [];
      if (field === "retry") retryMs = Number(value);
      else if (field !== "") message = { ...message, [field]: value };
      if (line !== "" || message.event === undefined) return;
      const { id, event, data = "" } = message;
      message = {};
      if (!take({ type: event, ...JSON.parse(data) }, listener)) isOver = true;
      if (id === undefined) return;
      lastId = id;
      listener.onId(id);
    };
    const headers = { accept: "text/event-stream", ...(lastId !== null && { "last-event-id": lastId }) };
    const closing = await connect(network, "stream", new Request(url, { headers }), {
      onOpen: listener.onOpen,
      onText: (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      },
    });
    if (isOver || closing === null) return;
    await sleep(network, retryMs);
  }
}

/** The answer that is lost has taken its events along. */
async function followPolls(network: PageNetwork, url: string, listener: Listener): Promise<void> {
  for (;;) {
    const response = await network.fetch(url, { headers: {} }).catch(() => null);
    if (!response || response.status === 404) return;
    if (response.status !== 200) await sleep(network, returnMs);
    else {
      listener.onOpen();
      const events: readonly PageEvent[] = JSON.parse(await response.text());
      for (const event of events) if (!take(event, listener)) return;
    }
  }
}

type Connection = Readonly<{ onOpen: () => void; onText: (text: string) => void }>;

/** Resolves when the connection has ended; with null if there was none. */
async function connect(
  network: PageNetwork,
  how: "open" | "stream",
  request: Request,
  { onOpen, onText }: Connection,
): Promise<Closing | null> {
  const { clock, process, edge, conditions, onWire } = network;
  if (conditions.isDown) return broken;
  const opened = await edge[how](request, process, conditions, `page ${process.name}`).catch(() => null);
  if (!opened || "status" in opened) return opened && opened.status < 500 ? null : broken;
  const { end, wire } = opened;
  const { promise, resolve } = Promise.withResolvers<Closing>();
  const decoder = new TextDecoder();
  onWire({
    ...wire,
    cut: (kind) => {
      wire.cut(kind);
      if (kind === "silent") clock.after(noticeMs, process, "page notices", () => resolve(broken));
    },
  });
  onOpen();
  end.onData = (data: Data) => onText(typeof data === "string" ? data : decoder.decode(data, { stream: true }));
  end.onClose = (closing) => {
    if (closing.code !== broken.code) end.close(closing);
    resolve(closing);
  };
  return promise;
}
