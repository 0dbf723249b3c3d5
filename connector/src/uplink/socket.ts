/**
 * The shell of the uplink: one WebSocket at a time, one timer, and the session that decides what they do. It knows the
 * bearer token; no log line contains it.
 *
 * What `ws` buffers is bounded: the session has at most one frame in flight (UP5), sends one ping an interval, and one
 * outcome for each command that the site sends.
 */
import {
  type AmiStatus,
  maxSiteFrameBytes,
  type Outcome,
  type SiteEvent,
  type UplinkCommand,
  type UplinkReport,
} from "@pbxis/shared";
import { type RawData, WebSocket } from "ws";
import { processNow, setTimer, steadyNow } from "../util/clock.ts";
import { describeConnectError } from "../util/connect-error.ts";
import { createDrain, drainWarnings } from "./drain.ts";
import { createKeeper, type SpoolGauges } from "./keeper.ts";
import type { Outbox, OutboxGauges } from "./outbox.ts";
import { readMessage } from "./refusal.ts";
import type { Ending } from "./retry.ts";
import { connectTimeoutMs, createSession, nextDueAt, stepSession, type UplinkPhase } from "./session.ts";
import type { Identity, SessionInput, SessionOutput, TimeAndChance } from "./session-io.ts";
import type { Moment } from "./site-clock.ts";
import { SiteTime } from "./site-time.ts";
import type { Spool } from "./spool/spool.ts";

export type UplinkOptions = Readonly<{
  /** The site's connector address (AP7), `ws:` or `wss:`. */
  url: URL;
  token: string;
  identity: Identity;
  /** All states as last pushed (EV12); null while none are known, and then the site keeps the states that it has. */
  snapshot: () => Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus }> | null;
  /** To be carried out once per id, and not started at `startBefore` (`steadyNow`) or later (CM11). */
  onCommand: (command: UplinkCommand, startBefore: number) => void;
  /** Another process has reported to the site what happened until `at` (ms since 1970, on this machine's clock). */
  onKnown?: (at: number) => void;
  /** Since when (as `at` above) something happened that is still to be found out and pushed; null if nothing is. */
  missingSince?: () => number | null;
  /** Keeps unacknowledged occurrences after the end of the process. */
  spool?: Spool | null;
  log: (level: "info" | "warn" | "error", message: string) => void;
}>;

export type UplinkGauges = Readonly<{
  outboxStates: number;
  outboxOccurrences: number;
  outboxBytes: number;
  /** Dropped occurrences, since the start. */
  lost: number;
  /** When the frame in flight was cut, in ms of the steady clock; null if none is. */
  inFlightSince: number | null;
  framesSent: number;
  acknowledgedFrames: number;
  spool: SpoolGauges;
  /** How far the machine's clock is ahead of the site's; null while that is not known. */
  clockOffsetMs: number | null;
}>;

export type Uplink = Readonly<{
  /** Queues `events` for the site, in this order, and `ami` after them if the status of AMI has changed. */
  push: (events: readonly SiteEvent[], ami?: AmiStatus | null) => void;
  /** Sends how a command ended. Dropped while there is no connection: the site then sends the command again. */
  reply: (id: string, outcome: Outcome) => void;
  /** Sends a report (UP10), and sends the latest again on each new connection. */
  report: (report: UplinkReport) => void;
  phase: () => UplinkPhase["kind"];
  gauges: () => UplinkGauges;
  /**
   * Waits up to 2 s for the site to acknowledge what waits, then closes for good; resolves when the socket is closed.
   */
  stop: () => Promise<void>;
}>;

/** How long a stopping process waits for the peer to answer its close frame. */
const closeTimeoutMs = 1_000;

export function startUplink(options: UplinkOptions): Uplink {
  let session = createSession(options.identity, steadyNow());
  let socket: WebSocket | undefined;
  const { outbox } = session;
  const { spool = null, log } = options;
  const flight = createFlight(outbox);
  const alarm = createAlarm(() => onInput({ kind: "due", ...timeAndChance() }));
  const keeper = createKeeper(spool, outbox);
  const drain = createDrain(outbox, setTimer);
  const time = new SiteTime({ moment: readMoment, log, onKnown: (correct) => outbox.changeOccurrences(correct) });
  outbox.missingSince = () => time.onSite(options.missingSince?.() ?? null);

  function onInput(input: SessionInput): void {
    const next = stepSession(session, input);
    session = next.session;
    // Before anything is sent: what `welcome` says of the site's clock holds for the snapshot that follows.
    const report = time.observe(session.siteClock);
    flight.onChanged();
    for (const output of next.outputs) perform(output);
    keeper.tidy();
    alarm(nextDueAt(session));
    drain.onChanged();
    if (report) onInput({ kind: "report", report });
  }

  function perform(output: SessionOutput): void {
    switch (output.kind) {
      case "connect":
        socket = open(options, onInput);
        return;
      case "send":
        socket?.send(output.text);
        return;
      case "cut":
        if (socket) abandon(socket, output.code, output.reason);
        return;
      case "snapshotDue": {
        const snapshot = options.snapshot();
        if (snapshot) onInput({ kind: "snapshot", at: steadyNow(), ...time.states(snapshot.events, snapshot.ami) });
        return;
      }
      default:
        passOn(options, output, time.offset ?? 0);
    }
  }

  alarm(nextDueAt(session));
  return {
    push: (pushed, status = null) => {
      keeper.onPushed(enqueue(outbox, time.states(pushed, status)));
      onInput({ kind: "pushed", at: steadyNow() });
    },
    reply: (id, outcome) => onInput({ kind: "outcome", id, outcome }),
    report: (report) => onInput({ kind: "report", report: time.report(report) }),
    phase: () => session.phase.kind,
    gauges: () => gaugesOf(outbox.gauges, flight.since(), keeper.gauges(), time.offset),
    stop: async () => {
      const drained = drain.wait();
      onInput({ kind: "drain", at: steadyNow() });
      await drained;
      onInput({ kind: "stop" });
      await closed(socket);
      await keeper.stop();
      for (const line of drainWarnings(outbox, spool)) log("warn", line);
    },
  };
}

/** `offset`: how far this machine's clock is ahead of the site's, in ms. */
function passOn(
  { onCommand, onKnown, log }: UplinkOptions,
  output: Extract<SessionOutput, { kind: "command" | "known" | "log" }>,
  offset: number,
): void {
  if (output.kind === "command") onCommand(output.command, output.startBefore);
  else if (output.kind === "known") onKnown?.(output.asOf + offset);
  else log(output.level, output.message);
}

function gaugesOf(
  outbox: OutboxGauges,
  inFlightSince: number | null,
  spool: SpoolGauges,
  clockOffsetMs: number | null,
): UplinkGauges {
  return {
    outboxStates: outbox.states,
    outboxOccurrences: outbox.occurrences,
    outboxBytes: outbox.occurrenceBytes,
    lost: outbox.dropped,
    inFlightSince,
    framesSent: outbox.sent,
    acknowledgedFrames: outbox.acknowledged,
    spool,
    clockOffsetMs,
  };
}

type Enqueued = Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus | null }>;

function enqueue(outbox: Outbox, { events, ami }: Enqueued): readonly SiteEvent[] {
  for (const event of events) outbox.pushEvent(event);
  if (ami) outbox.pushLink(ami);
  return events;
}

/** When the frame in flight was cut, on the steady clock. */
function createFlight(outbox: Outbox): Readonly<{ onChanged: () => void; since: () => number | null }> {
  let flight: { frame: object; since: number } | null = null;
  return {
    onChanged: () => {
      const { inFlight } = outbox;
      if (inFlight !== flight?.frame) flight = inFlight && { frame: inFlight, since: steadyNow() };
    },
    since: () => flight?.since ?? null,
  };
}

/** One timer, which rings once at the time (`steadyNow`) that was set last, or never if that is null. */
function createAlarm(ring: () => void): (at: number | null) => void {
  let timer: { at: number; cancel: () => void } | undefined;
  return (at) => {
    if (timer?.at === at) return;
    timer?.cancel();
    timer = undefined;
    if (at === null) return;
    const wake = () => {
      timer = undefined;
      ring();
    };
    timer = { at, cancel: setTimer(Math.max(0, at - steadyNow()), wake) };
  };
}

/** Opens a socket. It reports to `onInput` what happens, and its end once. */
function open(options: UplinkOptions, onInput: (input: SessionInput) => void): WebSocket {
  const socket = new WebSocket(options.url, {
    headers: { authorization: `Bearer ${options.token}` },
    handshakeTimeout: connectTimeoutMs,
    maxPayload: maxSiteFrameBytes,
    perMessageDeflate: false,
  });
  let trouble: SocketEnding | null = null;
  socket.on("open", () => onInput({ kind: "opened", at: steadyNow() }));
  socket.on("message", (data, isBinary) =>
    onInput({ kind: "message", text: isBinary ? "" : textOf(data), ...timeAndChance() }),
  );
  let isOpened = false;
  socket.on("open", () => {
    isOpened = true;
  });
  socket.on("error", (error) => {
    trouble = isOpened ? { kind: "closed", code: 1006, reason: error.message } : unreachable(options.url, error);
  });
  socket.on("unexpected-response", async (_request, response) => {
    const message = await readMessage(response, options.token);
    if (socket.readyState !== WebSocket.CONNECTING) return;
    abandon(socket, 1000, "");
    const ending = { kind: "refused", status: response.statusCode ?? 0, message } as const;
    onInput({ kind: "ended", ending, ...timeAndChance() });
  });
  socket.on("close", (code, reason) => {
    const closed = { kind: "closed", code, reason: reason.toString() } as const;
    onInput({ kind: "ended", ending: closed.reason ? closed : (trouble ?? closed), ...timeAndChance() });
  });
  return socket;
}

/** How a socket ends by itself. */
type SocketEnding = Exclude<Ending, { kind: "cut" }>;

function unreachable({ protocol, host }: URL, error: Error): SocketEnding {
  const { text, kind } = describeConnectError(error);
  const because = `cannot connect to ${host}: ${text}`;
  if (kind === "noTls" || kind === "noHttp") {
    const [right, wrong] = protocol === "wss:" ? ["http", "https"] : ["https", "http"];
    return {
      kind: "unreachable",
      because: `${because}; PBXIS_EDGE_URL begins with ${wrong}:, perhaps it should be ${right}:`,
      isLasting: true,
    };
  }
  return { kind: "unreachable", because, isLasting: kind === "certificate" };
}

/** Closes a socket and ignores everything that it still reports, errors included. */
function abandon(socket: WebSocket, code: number, reason: string): void {
  socket.removeAllListeners();
  socket.on("error", () => {});
  if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
  else if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
}

async function closed(socket: WebSocket | undefined): Promise<void> {
  if (!socket || socket.readyState === WebSocket.CLOSED) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      socket.terminate();
      resolve();
    }, closeTimeoutMs);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : Buffer.from(data as Buffer).toString();
}

function timeAndChance(): TimeAndChance {
  return { at: steadyNow(), random: Math.random() };
}

function readMoment(): Moment {
  return { steady: steadyNow(), process: processNow(), machine: Date.now() };
}
