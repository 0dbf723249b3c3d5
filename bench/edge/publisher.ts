/** Three ways to publish frames of events: our uplink, and those of the two that are compared with it. One frame in flight, as UP5 has it. */
import { fork } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Socket } from "node:net";
import type { SiteEvent } from "@pbxis/shared";
import { WebSocket } from "ws";
import { startUplink } from "../../connector/src/uplink/socket.ts";
import { mintToken } from "../../test/harness/token.ts";
import { type BareKind, bareObject } from "./bare-object.ts";
import { type BenchWorker, startProductionWorker, startScript } from "./worker.ts";

export type Subject = Readonly<{
  name: string;
  /** Of the server's process. */
  pid: number;
  /** Where clients listen; ours with a query. */
  url: (query: string) => string;
  token: string | null;
  acknowledges: boolean;
  /** Hands a frame over and does not wait. */
  tell: (events: readonly SiteEvent[]) => void;
  /** Sends a frame; resolves when the server has taken it. */
  publish: (events: readonly SiteEvent[]) => Promise<void>;
  /**
   * Sends all as fast as they are taken. Ours makes frames of what has gathered (ST5); the others get frames of `batch` events. Never more than
   * `windowEvents` are under way.
   */
  flood: (events: readonly SiteEvent[], batch: number) => Promise<void>;
  stop: () => Promise<void>;
}>;

const site = "bench";

/** What is sent and not yet taken, at most. */
export const windowEvents = 1_000;

export async function startOurs(
  states: readonly SiteEvent[] = [],
): Promise<Subject & Readonly<{ worker: BenchWorker }>> {
  const worker = await startProductionWorker();
  const sockets: Socket[] = [];
  const note = (message: unknown) => {
    if (message && typeof message === "object" && "socket" in message && message.socket instanceof Socket)
      sockets.push(message.socket);
  };
  subscribe("net.client.socket", note);
  const connected = Promise.withResolvers<void>();
  const uplink = startUplink({
    url: new URL(`ws://${worker.url.host}/v1/sites/${site}/connector`),
    token: await mintToken({ site, role: "connector" }),
    identity: { epoch: "bench", startedAt: 1, connectorVersion: "bench" },
    snapshot: () => ({ events: states, ami: { up: true, asOf: 1, asteriskVersion: null } }),
    onCommand: () => {},
    log: (_level, message) => {
      if (message.includes("connected")) connected.resolve();
    },
  });
  await connected.promise;
  unsubscribe("net.client.socket", note);
  const heard = watchSockets(sockets.filter(({ remotePort }) => remotePort === Number(worker.url.port)));
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await heard();
  };
  const settled = () =>
    until(() => {
      const { framesSent, acknowledgedFrames, outboxOccurrences, outboxStates } = uplink.gauges();
      return framesSent > 0 && framesSent === acknowledgedFrames && outboxOccurrences === 0 && outboxStates === 0;
    });
  await settled();
  return {
    name: "pbxis-edge",
    worker,
    pid: worker.pid,
    url: (query) => `${worker.url.href}v1/sites/${site}/events?${query}`,
    token: await mintToken({ site }),
    acknowledges: true,
    tell: (events) => uplink.push(events),
    publish: (events) => {
      uplink.push(events);
      return settled();
    },
    flood: async (events) => {
      for (let from = 0; from < events.length; from += 50) {
        await until(() => uplink.gauges().outboxOccurrences < windowEvents);
        uplink.push(events.slice(from, from + 50));
      }
      await settled();
    },
    stop: async () => {
      await uplink.stop();
      await worker.stop();
    },
  };
}

/**
 * The uplink tells nobody what was acknowledged, and to look again and again would take a processor from those that are measured: so it is looked
 * when something came. Resolves then; a while without anything also counts, for what came before this was called.
 */
function watchSockets(sockets: readonly Socket[]): () => Promise<void> {
  let wake = () => {};
  // The uplink reads first, then whoever waits looks.
  for (const socket of sockets) socket.on("data", () => setImmediate(() => wake()));
  return () =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(), 100);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
}

function bareName({ kind, stores }: BareKind): string {
  const name = kind === "relay" ? "bare object" : "two bare objects";
  if (!stores) return name;
  return kind === "relay" ? `${name} that stores` : `${name} that store`;
}

export async function startBareObject(kind: BareKind = { kind: "relay", stores: false }): Promise<Subject> {
  const worker = await startScript({ contents: bareObject(kind), bindings: { BARE: "Bare" } });
  return overSocket(bareName(kind), worker.pid, worker.url, () => worker.stop());
}

export async function startBareNode(): Promise<Subject> {
  const child = fork(new URL("bare-node.ts", import.meta.url), { execArgv: ["--no-warnings"] });
  const [port] = await once(child, "message");
  return overSocket("bare Node", child.pid ?? 0, new URL(`http://127.0.0.1:${port}/`), async () => {
    child.kill();
  });
}

async function overSocket(name: string, pid: number, url: URL, stop: () => Promise<void>): Promise<Subject> {
  const socket = new WebSocket(new URL("/pub", url.href.replace("http", "ws")), { perMessageDeflate: false });
  await once(socket, "open");
  let sequence = 0;
  let open = 0;
  let onTaken = () => {};
  socket.on("message", () => {
    open -= 1;
    onTaken();
  });
  const send = (events: readonly SiteEvent[]) => {
    sequence += events.length;
    open += 1;
    socket.send(JSON.stringify({ type: "events", cursor: `bench-${sequence}`, events }));
  };
  const until = async (most: number) => {
    while (open > most)
      await new Promise<void>((resolve) => {
        onTaken = resolve;
      });
  };
  return {
    name,
    pid,
    url: (query) => new URL(`/sub?${query}`, url).href,
    token: null,
    acknowledges: false,
    tell: send,
    publish: async (events) => {
      send(events);
      await until(0);
    },
    flood: async (events, batch) => {
      for (let from = 0; from < events.length; from += batch) {
        await until(Math.max(1, Math.floor(windowEvents / batch) - 1));
        send(events.slice(from, from + batch));
      }
      await until(0);
    },
    stop: async () => {
      socket.terminate();
      await stop();
    },
  };
}
