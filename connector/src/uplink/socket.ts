/**
 * The shell of the uplink: one WebSocket at a time, one timer, and the session that decides what they do. It knows the bearer
 * token; no message that it logs contains it.
 *
 * What `ws` buffers is bounded, since the session has at most one frame in flight (UP5), one ping an interval, and one outcome a command that
 * the site sends.
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
import { createDrain, lastWords } from "./drain.ts";
import { createKeeper } from "./keeper.ts";
import { type Outbox, pushEvent, pushLink } from "./outbox.ts";
import { connectTimeoutMs, createSession, nextDueAt, type Phase, step } from "./session.ts";
import type { Identity, SessionInput, SessionOutput } from "./session-io.ts";
import type { Spool } from "./spool.ts";

export type UplinkOptions = Readonly<{
  /** The site's connector address (AP7), `ws:` or `wss:`. */
  url: URL;
  token: string;
  identity: Identity;
  /** All states as last pushed (EV12), or null while nothing is known yet: then the site keeps what it has. */
  snapshot: () => Readonly<{ events: readonly SiteEvent[]; ami: AmiStatus }> | null;
  /** The site wants `command` carried out, once an `id`, and begun before `startBefore` on the clock of `steadyMs`, or not at all (CM11). */
  onCommand: (command: UplinkCommand, startBefore: number) => void;
  /** Keeps occurrences over the end of the process. */
  spool?: Spool | null;
  log: (level: "info" | "warn" | "error", message: string) => void;
}>;

export type UplinkGauges = Readonly<{
  outboxStates: number;
  outboxOccurrences: number;
  outboxBytes: number;
  /** Occurrences that were dropped, since the start. */
  lost: number;
  /** When the frame in flight was made, in ms of the steady clock; null if none is. */
  inFlightSince: number | null;
  framesSent: number;
  acknowledgedFrames: number;
  /** Of the file; null without one. */
  spoolBytes: number | null;
}>;

export type Uplink = Readonly<{
  /** Takes events to be told, in this order; `ami` after them, if the link has changed with them. */
  push: (events: readonly SiteEvent[], ami?: AmiStatus | null) => void;
  /** How a command ended. Not kept: where the site cannot be reached now, it sends the command again, to be told again. */
  tell: (id: string, outcome: Outcome) => void;
  /** What is to be told of the connector itself; the latest is told again to each new connection. */
  report: (report: UplinkReport) => void;
  phase: () => Phase["kind"];
  gauges: () => UplinkGauges;
  /** Closes for good, when the site has confirmed what waits, or could not for a while; resolves when the socket is gone. */
  stop: () => Promise<void>;
}>;

/** How long a stopping process waits for the peer to answer its close. */
const closeTimeoutMs = 1_000;

export function startUplink(options: UplinkOptions): Uplink {
  let session = createSession(options.identity, steadyMs());
  let socket: WebSocket | undefined;
  let flight: { frame: object; since: number } | null = null;
  const wakeAt = createAlarm(() => onInput({ kind: "due", ...moment() }));
  const { spool = null } = options;
  const keeper = createKeeper(spool, session.outbox);
  const farewell = createDrain(session.outbox);

  function onInput(input: SessionInput): void {
    const next = step(session, input);
    session = next.session;
    const { inFlight } = session.outbox;
    if (inFlight !== flight?.frame) flight = inFlight && { frame: inFlight, since: steadyMs() };
    for (const output of next.outputs) perform(output);
    keeper.tidy();
    wakeAt(nextDueAt(session));
    farewell.look();
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
        if (snapshot) onInput({ kind: "snapshot", ...snapshot });
        return;
      }
      case "command":
        options.onCommand(output.command, output.startBefore);
        return;
      case "log":
        options.log(output.level, output.message);
    }
  }

  wakeAt(nextDueAt(session));
  return {
    push: (events, ami) => {
      for (const event of events) pushEvent(session.outbox, event);
      keeper.onPushed(events);
      if (ami) pushLink(session.outbox, ami);
      onInput({ kind: "pushed" });
    },
    tell: (id, outcome) => onInput({ kind: "outcome", id, outcome }),
    report: (report) => onInput({ kind: "report", report }),
    phase: () => session.phase.kind,
    gauges: () => ({ ...gaugesOf(session.outbox, flight?.since ?? null), spoolBytes: keeper.bytes() }),
    stop: async () => {
      const said = farewell.said();
      onInput({ kind: "hurry", at: steadyMs() });
      await said;
      onInput({ kind: "stop" });
      await gone(socket);
      await keeper.stop();
      for (const words of lastWords(session.outbox, spool)) options.log("warn", words);
    },
  };
}

/** One timer: it rings at the time that was said last, on the clock of `steadyMs`, or not at all. */
function createAlarm(ring: () => void): (at: number | null) => void {
  let timer: { at: number; handle: NodeJS.Timeout } | undefined;
  return (at) => {
    if (timer?.at === at) return;
    clearTimeout(timer?.handle);
    timer = undefined;
    if (at === null) return;
    const wake = () => {
      timer = undefined;
      ring();
    };
    timer = { at, handle: setTimeout(wake, Math.max(0, at - steadyMs())) };
  };
}

function gaugesOf(
  { pending, occurrences, occurrenceBytes, counts }: Outbox,
  inFlightSince: number | null,
): Omit<UplinkGauges, "spoolBytes"> {
  return {
    outboxStates: pending.size - occurrences.size,
    outboxOccurrences: occurrences.size,
    outboxBytes: occurrenceBytes,
    lost: counts.dropped,
    inFlightSince,
    framesSent: counts.sent,
    acknowledgedFrames: counts.acknowledged,
  };
}

/** Opens a socket that reports to `onInput` until it has ended, once. */
function open(options: UplinkOptions, onInput: (input: SessionInput) => void): WebSocket {
  const socket = new WebSocket(options.url, {
    headers: { authorization: `Bearer ${options.token}` },
    handshakeTimeout: connectTimeoutMs,
    maxPayload: maxSiteFrameBytes,
    perMessageDeflate: false,
  });
  let trouble = "";
  socket.on("open", () => onInput({ kind: "opened", at: steadyMs() }));
  socket.on("message", (data, isBinary) =>
    onInput({ kind: "message", text: isBinary ? "" : textOf(data), ...moment() }),
  );
  socket.on("error", (error) => {
    trouble = error.message;
  });
  socket.on("unexpected-response", (_request, response) => {
    abandon(socket, 1000, "");
    onInput({ kind: "ended", ending: { kind: "refused", status: response.statusCode ?? 0 }, ...moment() });
  });
  socket.on("close", (code, reason) => {
    const ending = { kind: "closed", code, reason: reason.toString() || trouble } as const;
    onInput({ kind: "ended", ending, ...moment() });
  });
  return socket;
}

/** Nothing of an abandoned socket is heard any more; its late errors concern nobody. */
function abandon(socket: WebSocket, code: number, reason: string): void {
  socket.removeAllListeners();
  socket.on("error", () => {});
  if (socket.readyState === WebSocket.OPEN) socket.close(code, reason);
  else if (socket.readyState === WebSocket.CONNECTING) socket.terminate();
}

async function gone(socket: WebSocket | undefined): Promise<void> {
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

function moment(): { at: number; random: number } {
  return { at: steadyMs(), random: Math.random() };
}

/** Intervals and deadlines must not jump when the wall clock is set. */
export function steadyMs(): number {
  return performance.now();
}
