/**
 * A process of many clients, controlled by messages of its parent (load-protocol.ts).
 *
 * A stamp is a time within an event's `actionId`, in microseconds of the machine's clock: `t1763890000000000`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { backoffDelayMs } from "@pbxis/shared";
import { acknowledgeMs, reconnectBackoff } from "../../shared/src/client/stream-timing.ts";
import { acknowledgeUnits } from "../../shared/src/client/subscription-machine.ts";
import { openCarried } from "./carried-client.ts";
import {
  Countdown,
  machineClock as clock,
  type Group,
  type LoadAnswer,
  type LoadReport,
  type LoadRequest,
  type Reached,
  serveParent,
} from "./load-protocol.ts";
import { Mirror } from "./mirror.ts";
import { openRaw, type RawClient } from "./raw-client.ts";

type Client = {
  raw: RawClient | undefined;
  unacknowledged: number;
  timer: NodeJS.Timeout | undefined;
  cursor: string;
  isMarked: boolean;
  hasFrame: boolean;
  /** Since `awaitReturn`. */
  place: "home" | "away" | "back";
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

const clients: Client[] = [];
const closed: Record<string, number> = {};
let frames = 0;
let bytes = 0;
let acknowledgements = 0;
let latencies: number[] = [];
let readsStamps = false;
let marker: Buffer | null = null;
let marked: Countdown | undefined;
let returned: Countdown | undefined;
let duplicates = 0;
let gaps = 0;
let isUnthrottled = false;
let refused = 0;

function onMessage(client: Client, payload: Buffer, raw: RawClient): void {
  frames += 1;
  bytes += payload.length;
  const isFirst = !client.hasFrame;
  client.hasFrame = true;
  if (isFirst && client.cursor !== "" && payload.indexOf(snapshotStart) === 0) gaps += 1;
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
    marked?.tick();
  }
  if (isFirst && client.place === "away") {
    client.place = "back";
    returned?.tick();
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

const snapshotStart = Buffer.from('{"type":"snapshot"');
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
      if (client.place === "home") client.place = "away";
      void enter(client, 1);
    },
  };
  client.raw = client.group.isCarried
    ? await openCarried(url, client.group.token, handlers)
    : await openRaw(url, client.group.token, handlers, () => (limit && limit > 0 && !isUnthrottled ? limit : null));
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
      // And not that nobody listened.
      if (String(error).includes("HTTP/1.1")) refused += 1;
      if (!backsOff && count === 19) throw error;
      if (!backsOff) await sleep(50 + Math.random() * 200);
    }
  }
}

/** `parallel` at a time. */
async function openAll(parallel: number): Promise<void> {
  const waiting = clients.filter(({ raw }) => !raw).values();
  const openNext = async () => {
    for (const client of waiting) await enter(client);
  };
  await Promise.all(Array.from({ length: parallel }, openNext));
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
              place: "home",
              stamps: new Set(),
              mirror: group.mirrors ? new Mirror() : undefined,
              group,
              url,
            });
      await openAll(request.parallel ?? 50);
      return { kind: "done" };
    case "await":
      return { kind: "reached", ...(await awaitMarker(request.marker, request.timeoutMs)) };
    case "awaitReturn":
      for (const client of clients) client.place = "home";
      returned = new Countdown(clients.length, request.timeoutMs);
      return { kind: "reached", ...(await returned.reached) };
    case "reset":
      frames = 0;
      bytes = 0;
      acknowledgements = 0;
      latencies = [];
      readsStamps = request.stamps;
      duplicates = 0;
      gaps = 0;
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
      return reportOf(request.latencies);
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

async function awaitMarker(text: string, timeoutMs: number): Promise<Reached> {
  marker = Buffer.from(text);
  marked = new Countdown(clients.length, timeoutMs);
  for (const client of clients) client.isMarked = false;
  const reached = await marked.reached;
  marker = null;
  return reached;
}

function reportOf(hasLatencies: boolean): LoadReport {
  return {
    kind: "report",
    frames,
    bytes,
    acknowledgements,
    latencies: hasLatencies ? latencies : [],
    closed,
    refused,
    stampCounts: clients.map(({ stamps }) => stamps.size),
    duplicates,
    gaps,
    mirrors: clients.flatMap(({ mirror }) => mirror?.digest() ?? []),
  };
}

serveParent(perform);
