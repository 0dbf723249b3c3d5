/**
 * The uplink session as a pure state machine: when to connect, what to send, when to give up, how long to wait (UP1,
 * UP2, UP7, UP9, ST5). It owns the outbox. Sockets, clocks and chance are outside: inputs carry the time, and those
 * that may end a connection carry a random number.
 *
 * | phase      | meaning                          | leaves it                                                  |
 * |------------|----------------------------------|------------------------------------------------------------|
 * | waiting    | no socket until `until`          | `until` → connecting                                       |
 * | standby    | the same, and another connector  | `until` → connecting, to hand over occurrences (UP3) or to |
 * |            | holds the uplink                 | take over the uplink                                       |
 * | connecting | a socket is being opened         | opened → greeting · refused, closed or too slow → waiting  |
 * | greeting   | `hello` is sent                  | `welcome` → live · closed, silent, other protocol →        |
 * |            |                                  | waiting · superseded → standby                             |
 * | live       | frames and acknowledgements;     | closed, silent, unreadable or unexpected frame → waiting · |
 * |            | commands and their outcomes      | superseded → standby                                       |
 * | stopped    | the process ends                 |                                                            |
 *
 * Outcomes and reports have no sequence number and are sent at once, beside the frame in flight. An outcome that cannot
 * be sent is dropped, because the site resends a command without an outcome. The latest report is resent on each new
 * connection.
 */
import {
  type CloseReason,
  closeCodes,
  outcomeFailed,
  ping,
  pong,
  type SiteFrame,
  siteSilenceMs,
  type UplinkReport,
  uplinkPingIntervalMs,
  uplinkProtocol,
} from "@pbxis/shared";
import { Outbox } from "./outbox.ts";
import { type Ending, mismatchMessage, planRetry, retryDelayMs, siteTimeOf, uplinkBackoff } from "./retry.ts";
import type { Identity, SessionInput, SessionOutput, TimeAndChance } from "./session-io.ts";
import { sendAside, sendNext } from "./session-send.ts";
import { onSiteTime, type SiteClock } from "./site-clock.ts";
import { readSiteFrame } from "./site-frame.ts";
import {
  enterStandby,
  type HandoverOffer,
  isHandoverUrgent,
  onOfferTaken,
  planHandover,
  type Standby,
} from "./standby.ts";

/** Times are on the steady clock. */
type Connection = Readonly<{ since: number; receivedAt: number; pingAt: number }>;

export type UplinkPhase =
  | Readonly<{ kind: "waiting" | "standby"; until: number }>
  | Readonly<{ kind: "connecting"; since: number }>
  /** `since`: when `hello` was sent. `offer`: what it hands over. */
  | (Connection & Readonly<{ kind: "greeting"; offer: HandoverOffer | null }>)
  /** `siteAhead`: at most this much the site's clock is ahead of the steady clock, in ms. */
  | (Connection & Readonly<{ kind: "live"; siteAhead: number }>)
  | Readonly<{ kind: "stopped" }>;

/**
 * `standby` is set from when the connector is superseded until it is welcome again. `attempts` counts the connections
 * in a row that ended before they were stable. The outbox is changed in place.
 */
export type UplinkSession = Readonly<{
  identity: Identity;
  outbox: Outbox;
  phase: UplinkPhase;
  standby: Standby | null;
  attempts: number;
  report: UplinkReport | null;
  siteClock: SiteClock;
  /** When the frame in flight was sent. */
  sentAt: number;
}>;

type SessionStep = Readonly<{ session: UplinkSession; outputs: readonly SessionOutput[] }>;

/** An upgrade that takes longer is given up. */
export const connectTimeoutMs = 10_000;

export function createSession(identity: Identity, at: number, outbox: Outbox = new Outbox()): UplinkSession {
  return {
    identity,
    outbox,
    phase: { kind: "waiting", until: at },
    standby: null,
    attempts: 0,
    report: null,
    siteClock: [],
    sentAt: at,
  };
}

type Welcome = Extract<SiteFrame, { type: "welcome" }>;

/** When the session needs the next `due` input, on the steady clock; null when stopped. */
export function nextDueAt({ phase }: UplinkSession): number | null {
  switch (phase.kind) {
    case "waiting":
    case "standby":
      return phase.until;
    case "connecting":
      return phase.since + connectTimeoutMs;
    case "greeting":
    case "live":
      return Math.min(phase.pingAt, phase.receivedAt + siteSilenceMs);
    case "stopped":
      return null;
  }
}

export function stepSession(session: UplinkSession, input: SessionInput): SessionStep {
  const before = session.outbox.inFlight;
  const next = step(session, input);
  const { inFlight } = session.outbox;
  const isSent = inFlight !== null && inFlight !== before && "at" in input;
  return isSent ? { ...next, session: { ...next.session, sentAt: input.at } } : next;
}

function step(session: UplinkSession, input: SessionInput): SessionStep {
  const { phase } = session;
  if (phase.kind === "stopped") return stay(session);
  const isLive = phase.kind === "live";
  switch (input.kind) {
    case "due":
      return onDue(session, input);
    case "opened":
      return onOpened(session, input.at);
    case "message":
      return onMessage(session, input);
    case "ended":
      return isConnected(session) ? end(session, input.ending, input) : stay(session);
    case "pushed":
      return stay(session, isLive ? sendNext(session.outbox) : []);
    case "snapshot":
      return onSnapshot(session, input);
    case "outcome":
      return stay(session, isLive ? [sendAside({ type: "outcome", id: input.id, outcome: input.outcome })] : []);
    case "report":
      return stay({ ...session, report: input.report }, isLive ? [sendAside(input.report)] : []);
    case "drain":
      return stay("until" in phase ? { ...session, phase: { ...phase, until: input.at } } : session);
    case "stop":
      return stay({ ...session, phase: { kind: "stopped" } }, [{ kind: "cut", code: 1000, reason: "" }]);
  }
}

function stay(session: UplinkSession, outputs: readonly SessionOutput[] = []): SessionStep {
  return { session, outputs };
}

function isConnected({ phase }: UplinkSession): boolean {
  return phase.kind === "connecting" || phase.kind === "greeting" || phase.kind === "live";
}

function onDue(session: UplinkSession, input: TimeAndChance): SessionStep {
  const { phase } = session;
  const { at } = input;
  switch (phase.kind) {
    case "waiting":
    case "standby":
      if (at < phase.until) return stay(session);
      return stay({ ...session, phase: { kind: "connecting", since: at } }, [{ kind: "connect" }]);
    case "connecting":
      if (at < phase.since + connectTimeoutMs) return stay(session);
      return cut(session, "unavailable", `no connection within ${connectTimeoutMs / 1000} s`, input);
    case "greeting":
    case "live":
      if (at >= phase.receivedAt + siteSilenceMs)
        return cut(session, "unavailable", `the site was silent for ${siteSilenceMs / 1000} s`, input);
      if (at < phase.pingAt) return stay(session);
      return stay({ ...session, phase: { ...phase, pingAt: at + uplinkPingIntervalMs } }, [
        { kind: "send", text: ping },
      ]);
    case "stopped":
      return stay(session);
  }
}

function onOpened(session: UplinkSession, at: number): SessionStep {
  if (session.phase.kind !== "connecting") return stay(session);
  const offer = planHandover(session.outbox, session.standby, at);
  const hello = {
    type: "hello",
    protocol: uplinkProtocol,
    ...session.identity,
    ami: session.outbox.unacknowledgedLink(),
    handIn: offer?.handIn,
  };
  const phase: UplinkPhase = { kind: "greeting", since: at, receivedAt: at, pingAt: at + uplinkPingIntervalMs, offer };
  return stay({ ...session, phase }, [{ kind: "send", text: JSON.stringify(hello) }]);
}

function onMessage(session: UplinkSession, input: TimeAndChance & { text: string }): SessionStep {
  const { phase } = session;
  if (phase.kind !== "greeting" && phase.kind !== "live") return stay(session);
  const next: UplinkSession = { ...session, phase: { ...phase, receivedAt: input.at } };
  if (input.text === pong) return stay(next);
  const read = readSiteFrame(input.text);
  switch (read.kind) {
    case "frame":
      return onFrame(next, read.frame, input);
    case "badCommand":
      return onBadCommand(next, read, input);
    case "otherProtocol":
      return cut(next, "protocol_mismatch", mismatchMessage(`version ${read.protocol}`), input);
    case "unreadable":
      return cut(next, "bad_frame", "the site sent a frame that this version cannot read", input);
  }
}

function onFrame(session: UplinkSession, frame: SiteFrame, input: TimeAndChance): SessionStep {
  const { phase, outbox } = session;
  if (frame.type === "welcome" && phase.kind === "greeting") return onWelcome(session, frame, phase.since, input.at);
  if (frame.type === "ack" && phase.kind === "live" && outbox.acknowledge(frame.through)) {
    const siteClock =
      frame.at === undefined ? session.siteClock : onSiteTime(session.siteClock, frame.at, session.sentAt, input.at);
    return stay({ ...session, siteClock }, sendNext(outbox));
  }
  if (frame.type === "command" && phase.kind === "live") {
    const startBefore = frame.deadlineAt - phase.siteAhead;
    return stay(session, [{ kind: "command", command: frame, startBefore }]);
  }
  const what = frame.type === "command" ? "a command" : `${frame.type} ${frame.through}`;
  return cut(session, "out_of_order", `the site sent ${what} out of order`, input);
}

type BadCommand = Readonly<{ id: string | null; because: string }>;

/** A newer site may know more commands; the connection goes on for all others. */
function onBadCommand(session: UplinkSession, { id, because }: BadCommand, input: TimeAndChance): SessionStep {
  if (session.phase.kind !== "live") return cut(session, "out_of_order", "the site sent a command out of order", input);
  const message = `uplink: a command was ${id === null ? "ignored" : "refused"}: ${because}`;
  const warning: SessionOutput = { kind: "log", level: "warn", message };
  if (id === null) return stay(session, [warning]);
  const outcome = outcomeFailed("bad_request", `the connector cannot read this command: ${because}`);
  return stay(session, [warning, sendAside({ type: "outcome", id, outcome })]);
}

/**
 * The site read its clock after `hello` was sent, so its clock is at most `siteAhead` ahead of ours, and less by the
 * time that `hello` travelled. Deadlines use this upper bound, so that no command starts after its deadline.
 */
function onWelcome(session: UplinkSession, welcome: Welcome, helloSentAt: number, at: number): SessionStep {
  const { outbox } = session;
  outbox.resume(welcome.through);
  const siteAhead = welcome.at - helloSentAt;
  const phase: UplinkPhase = { kind: "live", since: at, receivedAt: at, pingAt: at + uplinkPingIntervalMs, siteAhead };
  const known = welcome.through === null ? "needs a snapshot" : `has all up to frame ${welcome.through}`;
  const line: SessionOutput = { kind: "log", level: "info", message: `uplink: connected; the site ${known}` };
  const first = outbox.inFlight ? [{ kind: "send", text: outbox.inFlight.text } as const] : sendNext(outbox);
  const report = session.report ? [sendAside(session.report)] : [];
  const { asOf } = welcome;
  const past = asOf === undefined ? [] : [{ kind: "known", asOf } as const];
  // What earlier connections showed counts no more: the steady clock stops while a machine sleeps.
  const siteClock = onSiteTime([], welcome.at, helloSentAt, at);
  return stay({ ...session, phase, standby: null, siteClock, sentAt: at }, [line, ...past, ...first, ...report]);
}

function onSnapshot(session: UplinkSession, input: Extract<SessionInput, { kind: "snapshot" }>): SessionStep {
  const { phase, outbox } = session;
  if (phase.kind !== "live" || !outbox.isSnapshotDue) return stay(session);
  outbox.beginSnapshot(input.events, input.ami);
  return stay(session, sendNext(outbox));
}

/** Closes the connection from this side. */
function cut(session: UplinkSession, reason: CloseReason, because: string, input: TimeAndChance): SessionStep {
  const ended = end(session, { kind: "cut", reason, because }, input);
  return { ...ended, outputs: [{ kind: "cut", code: closeCodes[reason].code, reason }, ...ended.outputs] };
}

/** The back-off grows with each connection that ended early, and starts again after a stable one. */
function end(session: UplinkSession, ending: Ending, { at, random }: TimeAndChance): SessionStep {
  const { phase, outbox } = session;
  const siteAt = siteTimeOf(ending);
  const isAnswer = phase.kind === "greeting" && siteAt !== null;
  const siteClock = isAnswer ? onSiteTime([], siteAt, phase.since, at) : session.siteClock;
  if (ending.kind === "closed" && ending.code === closeCodes.bad_frame.code) outbox.abandonInFlight();
  const plan = planRetry(ending);
  const isSuperseded = plan.pace === "standby";
  const standby = isSuperseded ? nextStandby(session) : session.standby;
  const isStable = phase.kind === "live" && at - phase.since >= uplinkBackoff.stableMs;
  const attempts = isStable ? 0 : session.attempts;
  const pace = isSuperseded && isHandoverUrgent(outbox, standby) ? "backoff" : plan.pace;
  const delay = retryDelayMs(pace, attempts, random);
  const next: UplinkPhase = { kind: isSuperseded ? "standby" : "waiting", until: at + delay };
  const message = `uplink: ${plan.because}; next attempt in ${(delay / 1000).toFixed(1)} s`;
  return stay({ ...session, phase: next, standby, siteClock, attempts: attempts + 1 }, [
    { kind: "log", level: plan.level, message },
  ]);
}

/** UP3: another connector holds the uplink, and the site has taken what this one's `hello` offered. */
function nextStandby({ outbox, standby, phase }: UplinkSession): Standby {
  if (!standby) return enterStandby(outbox);
  const offer = phase.kind === "greeting" ? phase.offer : null;
  return offer ? onOfferTaken(outbox, standby, offer) : standby;
}
