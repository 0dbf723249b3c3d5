/** Clients as in raw-client.ts that share one socket (carrier-worker.ts), of which a process has one. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { carrierPath } from "./carrier-worker.ts";
import type { RawClient, RawHandlers } from "./raw-client.ts";

type Carried = Readonly<{
  client: RawClient;
  handlers: RawHandlers;
  opened: PromiseWithResolvers<RawClient>;
}>;

type Carrier = Readonly<{ socket: WebSocket; carried: Map<string, Carried> }>;

let carrier: Promise<Carrier> | undefined;
let nextId = 1;

async function connect(url: URL): Promise<Carrier> {
  const address = new URL(carrierPath, url.href.replace("http", "ws"));
  const socket = new WebSocket(address, { perMessageDeflate: false });
  const carried = new Map<string, Carried>();
  socket.on("message", (data) => {
    const text = String(data);
    const [, verb, id = "", rest = ""] = /^(\w+) (\d+) ?(.*)$/s.exec(text) ?? [];
    const one = carried.get(id);
    if (verb === "opened") one?.opened.resolve(one.client);
    else if (verb === "sent") one?.handlers.onMessage(Buffer.from(rest), one.client);
    else end(carried, id, verb === "refused" ? new Error(`HTTP/1.1 ${rest}`) : Number(rest));
  });
  socket.on("close", () => {
    carrier = undefined;
    for (const id of [...carried.keys()]) end(carried, id, null);
  });
  await once(socket, "open");
  // Its end follows.
  socket.on("error", () => {});
  return { socket, carried };
}

function end(carried: Carrier["carried"], id: string, how: Error | number | null): void {
  const one = carried.get(id);
  carried.delete(id);
  // Has no effect on one that was open.
  one?.opened.reject(how instanceof Error ? how : new Error("closed before it was open"));
  if (!(how instanceof Error)) one?.handlers.onClose(how);
}

/** As `openRaw`, without a limit. */
export async function openCarried(url: URL, token: string | null, handlers: RawHandlers): Promise<RawClient> {
  carrier ??= connect(url).catch((error) => {
    carrier = undefined;
    throw error;
  });
  const { socket, carried } = await carrier;
  if (socket.readyState !== WebSocket.OPEN) throw new Error("the carrier has ended");
  const id = String(nextId++);
  const client: RawClient = {
    send: (text) => socket.send(`send ${id} ${text}`),
    pause: () => {},
    resume: () => {},
    close: () => socket.send(`close ${id}`),
  };
  const opened = Promise.withResolvers<RawClient>();
  carried.set(id, { client, handlers, opened });
  socket.send(`open ${id} ${url.href} ${token ?? ""}`);
  return opened.promise;
}
