/**
 * Many clients in a process of their own. It is told what to open, what to wait for, and answers what it saw; see `LoadRequest` and `LoadAnswer`.
 * Stamps are microseconds of the machine's clock within an event's `actionId`: `t1763890000000000`.
 */
import { acknowledgeMs, acknowledgeUnits } from "../../shared/src/client/subscription-machine.ts";
import { Mirror } from "./mirror.ts";
import { openRaw, type RawClient } from "./raw-client.ts";

export type Group = Readonly<{
  /** Addresses, each opened `count` times. */
  urls: readonly string[];
  count: number;
  token: string | null;
  /** As our own client does: its first frame, and then after so much or so long. */
  acknowledges: boolean;
  /** Reads so slowly; 0: not at all after the first frame. */
  bytesPerSecond?: number;
  /** Comes back with its last cursor when its connection has ended. */
  resumes?: boolean;
  /** Keeps the states that it was told. It costs the client a lot: not for those whose speed is measured. */
  mirrors?: boolean;
}>;

export type LoadRequest =
  | Readonly<{ kind: "open"; groups: readonly Group[] }>
  /** Answered when every client has been sent `marker`, or after `timeoutMs`. */
  | Readonly<{ kind: "await"; marker: string; timeoutMs: number }>
  /** Forgets what was counted; `stamps`: whether stamps are read from now on. */
  | Readonly<{ kind: "reset"; stamps: boolean }>
  /** Lets the slow ones read as fast as they can. */
  | Readonly<{ kind: "hurry" }>
  /** Breaks every connection at once; answered when all have come back by their cursors and were sent a frame. */
  | Readonly<{ kind: "cut"; timeoutMs: number }>
  | Readonly<{ kind: "tell" }>
  | Readonly<{ kind: "close" }>;

/** `at` in ms of the machine's clock, with fractions. Latencies in ms. `seen` counts stamps by client, in the order of the groups. */
export type LoadAnswer =
  | Readonly<{ kind: "opened"; clients: number }>
  | Readonly<{ kind: "seen"; at: number; missing: number }>
  | Readonly<{ kind: "live"; ms: number; missing: number }>
  | Readonly<{ kind: "done" }>
  | Readonly<{
      kind: "told";
      frames: number;
      bytes: number;
      acknowledgements: number;
      latencies: number[];
      closed: Record<string, number>;
      seen: number[];
      doubled: number;
      /** Of each client that keeps its states. */
      mirrors: string[];
    }>;

type Client = {
  raw: RawClient | undefined;
  unacknowledged: number;
  timer: NodeJS.Timeout | undefined;
  cursor: string;
  isMarked: boolean;
  hasFrame: boolean;
  readonly stamps: Set<string>;
  readonly mirror: Mirror | undefined;
  readonly group: Group;
  readonly url: string;
};

/** A marker is the last event that is published: to look for it in all of a frame would cost the clients as much as reading the frame. */
const tailBytes = 512;

const clock = () => performance.timeOrigin + performance.now();
const clients: Client[] = [];
const closed: Record<string, number> = {};
let frames = 0;
let bytes = 0;
let acknowledgements = 0;
let latencies: number[] = [];
let readsStamps = false;
let marker: Buffer | null = null;
let unmarked = 0;
let doubled = 0;
let onAllMarked = () => {};
let isHurrying = false;

function onMessage(client: Client, payload: Buffer, raw: RawClient): void {
  frames += 1;
  bytes += payload.length;
  const isFirst = !client.hasFrame;
  client.hasFrame = true;
  const { acknowledges, bytesPerSecond } = client.group;
  if (acknowledges || client.group.resumes) {
    const start = payload.indexOf('"cursor":"') + 10;
    client.cursor = payload.toString("latin1", start, payload.indexOf('"', start));
  }
  if (acknowledges) {
    client.unacknowledged += payload.length;
    if (isFirst || client.unacknowledged >= acknowledgeUnits) acknowledge(client, raw);
    else client.timer ??= setTimeout(() => acknowledge(client, raw), acknowledgeMs);
  }
  client.mirror?.take(payload);
  if (readsStamps) readStamps(client, payload);
  if (marker && !client.isMarked && payload.subarray(-tailBytes).includes(marker)) {
    client.isMarked = true;
    unmarked -= 1;
    if (unmarked === 0) onAllMarked();
  }
  if (isFirst && bytesPerSecond === 0 && !isHurrying) raw.pause();
}

function acknowledge(client: Client, raw: RawClient): void {
  clearTimeout(client.timer);
  client.timer = undefined;
  client.unacknowledged = 0;
  acknowledgements += 1;
  raw.send(`{"type":"ack","cursor":"${client.cursor}"}`);
}

/** No name of a field begins with t1, and no stamp until 2033 begins otherwise: most of a frame is passed over without making text of it. */
const stampStart = Buffer.from('"t1');

function readStamps(client: Client, payload: Buffer): void {
  const now = clock();
  for (let at = payload.indexOf(stampStart); at >= 0; at = payload.indexOf(stampStart, at + 1)) {
    const stamp = payload.toString("latin1", at + 2, at + 18);
    latencies.push(now - Number(stamp) / 1000);
    if (client.stamps.has(stamp)) doubled += 1;
    client.stamps.add(stamp);
  }
}

async function open(client: Client): Promise<void> {
  const url = new URL(client.url);
  if (client.cursor !== "" && client.group.resumes) url.searchParams.set("since", client.cursor);
  const limit = client.group.bytesPerSecond;
  client.hasFrame = false;
  const handlers = {
    onMessage: (payload: Buffer, raw: RawClient) => onMessage(client, payload, raw),
    onClose: (code: number | null) => {
      clearTimeout(client.timer);
      client.timer = undefined;
      closed[String(code)] = (closed[String(code)] ?? 0) + 1;
      if (client.group.resumes && client.raw) void open(client);
    },
  };
  client.raw = await openRaw(url, client.group.token, handlers, () =>
    limit && limit > 0 && !isHurrying ? limit : null,
  );
}

async function perform(request: LoadRequest): Promise<LoadAnswer> {
  switch (request.kind) {
    case "open":
      for (const group of request.groups)
        for (const url of group.urls)
          for (let index = 0; index < group.count; index++)
            clients.push({
              raw: undefined,
              unacknowledged: 0,
              timer: undefined,
              cursor: "",
              isMarked: false,
              hasFrame: false,
              stamps: new Set(),
              mirror: group.mirrors ? new Mirror() : undefined,
              group,
              url,
            });
      for (let from = 0; from < clients.length; from += 50)
        await Promise.all(clients.slice(from, from + 50).map((client) => (client.raw ? undefined : open(client))));
      return { kind: "opened", clients: clients.length };
    case "await":
      return awaitMarker(request.marker, request.timeoutMs);
    case "reset":
      frames = 0;
      bytes = 0;
      acknowledgements = 0;
      latencies = [];
      readsStamps = request.stamps;
      doubled = 0;
      for (const { stamps } of clients) stamps.clear();
      return { kind: "done" };
    case "cut":
      return cutAll(request.timeoutMs);
    case "hurry":
      isHurrying = true;
      for (const { raw } of clients) raw?.resume();
      return { kind: "done" };
    case "tell":
      return {
        kind: "told",
        frames,
        bytes,
        acknowledgements,
        latencies,
        closed,
        seen: clients.map(({ stamps }) => stamps.size),
        doubled,
        mirrors: clients.flatMap(({ mirror }) => mirror?.digest() ?? []),
      };
    case "close":
      for (const client of clients) {
        const { raw } = client;
        client.raw = undefined;
        raw?.close();
      }
      clients.length = 0;
      return { kind: "done" };
  }
}

/** As a deployment does it, without the clients' own back-off: what is measured is how fast the site takes them all. */
async function cutAll(timeoutMs: number): Promise<LoadAnswer> {
  const began = clock();
  for (const client of clients) {
    const { raw } = client;
    client.raw = undefined;
    client.hasFrame = false;
    raw?.close();
  }
  let missing = clients.length;
  const back = async (client: Client) => {
    for (let attempt = 0; attempt < 20 && !client.hasFrame; attempt++) {
      try {
        await open(client);
        break;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 200));
      }
    }
    while (!client.hasFrame && clock() - began < timeoutMs) await new Promise((resolve) => setTimeout(resolve, 5));
    if (client.hasFrame) missing -= 1;
  };
  await Promise.all(clients.map(back));
  return { kind: "live", ms: clock() - began, missing };
}

function awaitMarker(text: string, timeoutMs: number): Promise<LoadAnswer> {
  marker = Buffer.from(text);
  unmarked = clients.length;
  for (const client of clients) client.isMarked = false;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      marker = null;
      resolve({ kind: "seen", at: clock(), missing: unmarked });
    };
    const timer = setTimeout(done, timeoutMs);
    onAllMarked = done;
  });
}

process.on("message", async (message) => {
  const { id, request } = message as { id: number; request: LoadRequest };
  try {
    process.send?.({ id, answer: await perform(request) });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on("disconnect", () => process.exit());
