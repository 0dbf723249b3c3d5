/**
 * A process of many clients, controlled by messages of its parent (clients.ts): see `LoadRequest` and `LoadAnswer`.
 *
 * A stamp is a time within an event's `actionId`, in microseconds of the machine's clock: `t1763890000000000`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { backoffDelayMs } from "@pbxis/shared";
import { acknowledgeMs, reconnectBackoff } from "../../shared/src/client/stream-timing.ts";
import { acknowledgeUnits } from "../../shared/src/client/subscription-machine.ts";
import { Mirror } from "./mirror.ts";
import { openRaw, type RawClient } from "./raw-client.ts";

export type Group = Readonly<{
  /** Addresses, each opened `count` times. */
  urls: readonly string[];
  count: number;
  token: string | null;
  /** Acknowledges as the typed client does: the first frame, and then after a number of bytes or a time. */
  acknowledges: boolean;
  /** Reads at this rate. 0: stops reading after the first frame. Absent: reads as fast as it can. */
  bytesPerSecond?: number;
  /** Reconnects with its last cursor when its connection has ended. */
  resumes?: boolean;
  /** Comes back as the typed client does: after a random time, which is longer after each refusal. */
  backsOff?: boolean;
  /** Keeps the states that it receives. This is slow, and not for clients whose speed is measured. */
  mirrors?: boolean;
}>;

export type LoadRequest =
  /** Opens the clients in parallel: fifty at a time, or `parallel`. Answered when all have a frame's beginning. */
  | Readonly<{ kind: "open"; groups: readonly Group[]; parallel?: number }>
  /** Answered when every client has received `marker`, or after `timeoutMs`. */
  | Readonly<{ kind: "await"; marker: string; timeoutMs: number }>
  /** Sets all counters but `closed` to zero. `stamps`: whether stamps are read from now on. */
  | Readonly<{ kind: "reset"; stamps: boolean }>
  /** Lets slow clients read as fast as they can from now on. */
  | Readonly<{ kind: "unthrottle" }>
  /**
   * Cuts every connection at once. Answered when all clients have reconnected with their cursors and received a frame.
   */
  | Readonly<{ kind: "reconnect"; timeoutMs: number }>
  | Readonly<{ kind: "report" }>
  | Readonly<{ kind: "close" }>;

export type LoadReport = Readonly<{
  kind: "report";
  frames: number;
  bytes: number;
  acknowledgements: number;
  /** Of each stamp, from its time until it was received, in ms. */
  latencies: number[];
  /** How many connections have ended, by close code. */
  closed: Record<string, number>;
  /** Attempts to connect that were refused. */
  refused: number;
  /** How many different stamps each client has received, in the order of the groups. */
  stampCounts: number[];
  /** How many stamps a client received again. */
  duplicates: number;
  /** A digest of the states of each client that keeps them. */
  mirrors: string[];
}>;

/** `at` in ms of the machine's clock, with fractions. `missing` counts clients. */
export type LoadAnswer =
  | Readonly<{ kind: "done" }>
  | Readonly<{ kind: "marked"; at: number; missing: number }>
  | Readonly<{ kind: "reconnected"; ms: number; missing: number }>
  | LoadReport;

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

/**
 * A marker is searched in this many bytes at a frame's end, because it is the last event. Searching all of a frame
 * would cost as much as reading it.
 */
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
let duplicates = 0;
let onAllMarked = () => {};
let isUnthrottled = false;
let refused = 0;

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
  client.mirror?.apply(payload);
  if (readsStamps) readStamps(client, payload);
  if (marker && !client.isMarked && payload.subarray(-tailBytes).includes(marker)) {
    client.isMarked = true;
    unmarked -= 1;
    if (unmarked === 0) onAllMarked();
  }
  if (isFirst && bytesPerSecond === 0 && !isUnthrottled) raw.pause();
}

function acknowledge(client: Client, raw: RawClient): void {
  clearTimeout(client.timer);
  client.timer = undefined;
  client.unacknowledged = 0;
  acknowledgements += 1;
  raw.send(`{"type":"ack","cursor":"${client.cursor}"}`);
}

/** No field name begins with t1, and until 2033 every stamp does. So most of a frame is skipped without decoding it. */
const stampStart = Buffer.from('"t1');

function readStamps(client: Client, payload: Buffer): void {
  const now = clock();
  for (let at = payload.indexOf(stampStart); at >= 0; at = payload.indexOf(stampStart, at + 1)) {
    const stamp = payload.toString("latin1", at + 2, at + 18);
    latencies.push(now - Number(stamp) / 1000);
    if (client.stamps.has(stamp)) duplicates += 1;
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
      if (!client.group.resumes || !client.raw) return;
      client.raw = undefined;
      void enter(client, 1);
    },
  };
  client.raw = await openRaw(url, client.group.token, handlers, () =>
    limit && limit > 0 && !isUnthrottled ? limit : null,
  );
}

/**
 * A site whose streams open in turn refuses those that would wait too long. They try again. `attempt` is not 0 for a
 * client that has lost a connection.
 */
async function enter(client: Client, attempt = 0): Promise<void> {
  const { backsOff } = client.group;
  for (let count = attempt; !client.raw; count++) {
    if (backsOff && count > 0) await sleep(backoffDelayMs(reconnectBackoff, count - 1, Math.random()));
    try {
      await open(client);
    } catch (error) {
      refused += 1;
      if (!backsOff && count === 19) throw error;
      if (!backsOff) await sleep(50 + Math.random() * 200);
    }
  }
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
      for (let from = 0, step = request.parallel ?? 50; from < clients.length; from += step)
        await Promise.all(clients.slice(from, from + step).map((client) => (client.raw ? undefined : enter(client))));
      return { kind: "done" };
    case "await":
      return awaitMarker(request.marker, request.timeoutMs);
    case "reset":
      frames = 0;
      bytes = 0;
      acknowledgements = 0;
      latencies = [];
      readsStamps = request.stamps;
      duplicates = 0;
      refused = 0;
      for (const { stamps } of clients) stamps.clear();
      return { kind: "done" };
    case "reconnect":
      return reconnectAll(request.timeoutMs);
    case "unthrottle":
      isUnthrottled = true;
      for (const { raw } of clients) raw?.resume();
      return { kind: "done" };
    case "report":
      return {
        kind: "report",
        frames,
        bytes,
        acknowledgements,
        latencies,
        closed,
        refused,
        stampCounts: clients.map(({ stamps }) => stamps.size),
        duplicates,
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

/** Like a deployment. Without the clients' own back-off, what is measured is how fast the site accepts them all. */
async function reconnectAll(timeoutMs: number): Promise<LoadAnswer> {
  const began = clock();
  for (const client of clients) {
    const { raw } = client;
    client.raw = undefined;
    client.hasFrame = false;
    raw?.close();
  }
  let missing = clients.length;
  const back = async (client: Client) => {
    await enter(client, 1);
    while (!client.hasFrame && clock() - began < timeoutMs) await sleep(5);
    if (client.hasFrame) missing -= 1;
  };
  await Promise.all(clients.map(back));
  return { kind: "reconnected", ms: clock() - began, missing };
}

function awaitMarker(text: string, timeoutMs: number): Promise<LoadAnswer> {
  marker = Buffer.from(text);
  unmarked = clients.length;
  for (const client of clients) client.isMarked = false;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      marker = null;
      resolve({ kind: "marked", at: clock(), missing: unmarked });
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
