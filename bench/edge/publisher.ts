/**
 * Publishers of event frames: the connector's uplink, and those of the servers that are compared with it. One frame is
 * in flight, as in UP5.
 */
import { fork } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, Socket } from "node:net";
import type { SiteEvent } from "@pbxis/shared";
import { WebSocket } from "ws";
import { startUplink } from "../../connector/src/uplink/socket.ts";
import { mintToken } from "../../test/harness/token.ts";
import { type BareKind, bareObject } from "./bare-object.ts";
import { referenceWorker } from "./reference-worker.ts";
import { sampleTime } from "./sample-events.ts";
import { type BenchWorker, type ProductionOptions, startProductionWorker, startScript } from "./worker.ts";

export type Subject = Readonly<{
  name: string;
  /** The server's process. */
  pid: number;
  /** The address that clients connect to. Servers without filters ignore the query. */
  url: (query: string) => string;
  token: string | null;
  acknowledges: boolean;
  /** Sends a frame without waiting. */
  enqueue: (events: readonly SiteEvent[]) => void;
  /** Sends a frame, and resolves when the server has acknowledged it. */
  publish: (events: readonly SiteEvent[]) => Promise<void>;
  /**
   * Sends all events as fast as the server acknowledges them, with at most `windowEvents` unacknowledged. The uplink
   * chooses its own frames (ST5); the others send frames of `batch` events.
   */
  flood: (events: readonly SiteEvent[], batch: number) => Promise<void>;
  stop: () => Promise<void>;
}>;

const site = "bench";

/** The most events that may be sent and not acknowledged. */
const windowEvents = 1_000;

/** `snapshotMs`: from the connection until the site has all states. */
export type Ours = Subject & Readonly<{ worker: BenchWorker; snapshotMs: number }>;

export async function startOurs(states: readonly SiteEvent[] = [], options: ProductionOptions = {}): Promise<Ours> {
  const worker = await startProductionWorker(options);
  const sockets: Socket[] = [];
  const collect = (message: unknown) => {
    if (message && typeof message === "object" && "socket" in message && message.socket instanceof Socket)
      sockets.push(message.socket);
  };
  subscribe("net.client.socket", collect);
  const connected = Promise.withResolvers<void>();
  const uplink = startUplink({
    url: new URL(`ws://${worker.url.host}/v1/sites/${site}/connector`),
    token: await mintToken({ site, role: "connector" }),
    identity: { epoch: "bench", startedAt: 1, connectorVersion: "bench" },
    snapshot: () => ({ events: states, ami: { up: true, asOf: sampleTime, asteriskVersion: null } }),
    onCommand: () => {},
    log: (_level, message) => {
      if (message.includes("connected")) connected.resolve();
    },
  });
  await connected.promise;
  unsubscribe("net.client.socket", collect);
  const received = watchSockets(sockets.filter(({ remotePort }) => remotePort === Number(worker.url.port)));
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await received();
  };
  const settled = () =>
    until(() => {
      const { framesSent, acknowledgedFrames, outboxOccurrences, outboxStates } = uplink.gauges();
      return framesSent > 0 && framesSent === acknowledgedFrames && outboxOccurrences === 0 && outboxStates === 0;
    });
  const began = performance.now();
  await settled();
  return {
    name: "pbxis-edge",
    worker,
    snapshotMs: performance.now() - began,
    get pid() {
      return worker.pid;
    },
    url: (query) => `${worker.url.href}v1/sites/${site}/events?${query}`,
    token: await mintToken({ site }),
    acknowledges: true,
    enqueue: (events) => uplink.push(events),
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
 * Returns a function that resolves when something has been received on the sockets, or after 100 ms, in case it was
 * received before the call. The uplink does not notify about acknowledgements, and polling its gauges would take CPU
 * from the processes under measurement.
 */
function watchSockets(sockets: readonly Socket[]): () => Promise<void> {
  let wake = () => {};
  // The uplink handles the data first.
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
  return overSocket(bareName(kind), worker.pid, worker.url, () => worker.stop(), kind.greets);
}

/** A source of events that are not acknowledged: only `enqueue` of a `Subject`. */
export type Relayed = Pick<Subject, "url" | "token" | "acknowledges" | "enqueue" | "stop">;

/** Two bare objects that store behind a relay in Node, which is reached by TCP as an AMI connection is. */
export function startRelayed(): Promise<Relayed> {
  const contents = bareObject({ kind: "spread", stores: true });
  const frameOf = (events: readonly SiteEvent[], sequence: number) =>
    JSON.stringify({ type: "events", cursor: `bench-${sequence}`, events });
  return startBehindRelay({ contents, bindings: { BARE: "Bare" } }, new URL("bare-relay.ts", import.meta.url), frameOf);
}

/** The same hops with the promises of pbxis-edge (reference-worker.ts). Each frame has one event. */
export function startReference(): Promise<Relayed> {
  const bindings = { LOG: "Log", AUDIENCE: "Audience" };
  const relay = new URL("reference-relay.ts", import.meta.url);
  return startBehindRelay({ contents: referenceWorker, bindings }, relay, ([event]) => JSON.stringify(event));
}

async function startBehindRelay(
  script: Parameters<typeof startScript>[0],
  relayScript: URL,
  lineOf: (events: readonly SiteEvent[], sequence: number) => string,
): Promise<Relayed> {
  const worker = await startScript(script);
  const uplink = new URL("/pub", worker.url.href.replace("http", "ws")).href;
  const relay = fork(relayScript, [uplink], { execArgv: ["--no-warnings"] });
  const [port] = await once(relay, "message");
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  let sequence = 0;
  return {
    url: (query) => new URL(`/sub?${query}`, worker.url).href,
    token: null,
    acknowledges: false,
    enqueue: (events) => {
      sequence += events.length;
      socket.write(`${lineOf(events, sequence)}\n`);
    },
    stop: async () => {
      socket.destroy();
      relay.kill();
      await worker.stop();
    },
  };
}

export async function startBareNode(): Promise<Subject> {
  const child = fork(new URL("bare-node.ts", import.meta.url), { execArgv: ["--no-warnings"] });
  const [port] = await once(child, "message");
  return overSocket("bare Node", child.pid ?? 0, new URL(`http://127.0.0.1:${port}/`), async () => {
    child.kill();
  });
}

async function overSocket(
  name: string,
  pid: number,
  url: URL,
  stop: () => Promise<void>,
  acknowledges = false,
): Promise<Subject> {
  const socket = new WebSocket(new URL("/pub", url.href.replace("http", "ws")), { perMessageDeflate: false });
  await once(socket, "open");
  let sequence = 0;
  let unacknowledged = 0;
  let onAcknowledged = () => {};
  socket.on("message", () => {
    unacknowledged -= 1;
    onAcknowledged();
  });
  const send = (events: readonly SiteEvent[]) => {
    sequence += events.length;
    unacknowledged += 1;
    socket.send(JSON.stringify({ type: "events", cursor: `bench-${sequence}`, events }));
  };
  const until = async (most: number) => {
    while (unacknowledged > most)
      await new Promise<void>((resolve) => {
        onAcknowledged = resolve;
      });
  };
  return {
    name,
    pid,
    url: (query) => new URL(`/sub?${query}`, url).href,
    token: null,
    acknowledges,
    enqueue: send,
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
