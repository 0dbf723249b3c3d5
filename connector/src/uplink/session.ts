/**
 * One uplink as a pure table of states: when to connect, what to say, when to give up and how long to wait (UP1, UP2, UP7, UP9, ST5).
 * It owns the outbox; sockets, clocks and chance are outside: inputs bring their time, and those that may end a connection bring
 * a random number.
 *
 * | phase      | what holds                      | leaves it                                                 |
 * |------------|---------------------------------|-----------------------------------------------------------|
 * | waiting    | no socket until `until`         | `until` → connecting                                      |
 * | standby    | the same, and another connector | `until` → connecting, to hand in what was heard (UP3), or |
 * |            | holds the uplink                | to take over                                              |
 * | connecting | a socket is being opened        | opened → greeting · refused, closed or too slow → waiting |
 * | greeting   | `hello` is sent                 | `welcome` → live · closed, silent, other protocol →       |
 * |            |                                 | waiting · superseded → standby                            |
 * | live       | frames and acknowledgements;    | closed, silent, unreadable or impossible answer →         |
 * |            | commands and their outcomes     | waiting · superseded → standby                            |
 * | stopped    | the process ends                |                                                           |
 *
 * An outcome is sent at once, beside the frame that is in flight, or not at all: the site sends a command again that has none. So is a report,
 * whose latest is sent again in each new connection.
 */
import {
  type CloseReason,
  type ConnectorFrame,
  closeCodes,
  outcomeFailed,
  ping,
  pong,
  type SequencedFrame,
  type SiteFrame,
  type UplinkReport,
  uplinkPingIntervalMs,
  uplinkProtocol,
  uplinkSilenceMs,
} from "@pbxis/shared";
import {
  abandonInFlight,
  acknowledge,
  beginSnapshot,
  createOutbox,
  cutFrame,
  type Outbox,
  resume,
  untoldLink,
} from "./outbox.ts";
import { type Ending, mismatchMessage, planRetry, retryDelayMs, uplinkBackoff } from "./retry.ts";
import type { Identity, Moment, SessionInput, SessionOutput } from "./session-io.ts";
import { readSiteFrame } from "./site-frame.ts";
import { isOwing, type Offer, onHandedIn, planHandover, standDown } from "./standby.ts";

/** In `greeting`, `since` is when `hello` was sent, and `offer` what it handed in. */
type Connection = Readonly<{ since: number; heardAt: number; pingAt: number }>;

export type Phase =
  | Readonly<{ kind: "waiting" | "standby"; until: number }>
  | Readonly<{ kind: "connecting"; since: number }>
  | (Connection & Readonly<{ kind: "greeting"; offer: Offer | null }>)
  /** `siteAhead`: what the site's clock shows more than ours, at the most. */
  | (Connection & Readonly<{ kind: "live"; siteAhead: number }>)
  | Readonly<{ kind: "stopped" }>;

/** `attempts` counts the connections in a row that ended before they were stable. */
export type Session = Readonly<{
  identity: Identity;
  outbox: Outbox;
  phase: Phase;
  attempts: number;
  report: UplinkReport | null;
}>;

export type Step = Readonly<{ session: Session; outputs: readonly SessionOutput[] }>;

/** An upgrade that takes longer than this is given up. */
export const connectTimeoutMs = 10_000;

export function createSession(identity: Identity, at: number, outbox: Outbox = createOutbox()): Session {
  return { identity, outbox, phase: { kind: "waiting", until: at }, attempts: 0, report: null };
}

type Welcome = Extract<SiteFrame, { type: "welcome" }>;

/** When the next `due` input is wanted, on the clock of the inputs; null when stopped. */
export function nextDueAt({ phase }: Session): number | null {
  switch (phase.kind) {
    case "waiting":
    case "standby":
      return phase.until;
    case "connecting":
      return phase.since + connectTimeoutMs;
    case "greeting":
    case "live":
      return Math.min(phase.pingAt, phase.heardAt + uplinkSilenceMs);
    case "stopped":
      return null;
  }
}

export function step(session: Session, input: SessionInput): Step {
  if (session.phase.kind === "stopped") return stay(session);
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
      return onPushed(session);
    case "snapshot":
      return onSnapshot(session, input);
    case "outcome":
      return stay(
        session,
        session.phase.kind === "live" ? [aside({ type: "outcome", id: input.id, outcome: input.outcome })] : [],
      );
    case "report":
      return {
        session: { ...session, report: input.report },
        outputs: session.phase.kind === "live" ? [aside(input.report)] : [],
      };
    case "hurry": {
      const { phase } = session;
      return stay("until" in phase ? { ...session, phase: { ...phase, until: input.at } } : session);
    }
    case "stop":
      return {
        session: { ...session, phase: { kind: "stopped" } },
        outputs: [{ kind: "cut", code: 1000, reason: "" }],
      };
  }
}

function stay(session: Session, outputs: readonly SessionOutput[] = []): Step {
  return { session, outputs };
}

function isConnected({ phase }: Session): boolean {
  return phase.kind === "connecting" || phase.kind === "greeting" || phase.kind === "live";
}

function onDue(session: Session, moment: Moment): Step {
  const { phase } = session;
  const { at } = moment;
  switch (phase.kind) {
    case "waiting":
    case "standby":
      if (at < phase.until) return stay(session);
      return { session: { ...session, phase: { kind: "connecting", since: at } }, outputs: [{ kind: "connect" }] };
    case "connecting":
      if (at < phase.since + connectTimeoutMs) return stay(session);
      return cut(session, "unavailable", `there was no connection within ${connectTimeoutMs / 1000} s`, moment);
    case "greeting":
    case "live":
      if (at >= phase.heardAt + uplinkSilenceMs)
        return cut(session, "unavailable", `the site was silent for ${uplinkSilenceMs / 1000} s`, moment);
      if (at < phase.pingAt) return stay(session);
      return {
        session: { ...session, phase: { ...phase, pingAt: at + uplinkPingIntervalMs } },
        outputs: [{ kind: "send", text: ping }],
      };
    case "stopped":
      return stay(session);
  }
}

function onOpened(session: Session, at: number): Step {
  if (session.phase.kind !== "connecting") return stay(session);
  const offer = planHandover(session.outbox, at);
  const hello = {
    type: "hello",
    protocol: uplinkProtocol,
    ...session.identity,
    ami: untoldLink(session.outbox),
    handIn: offer?.handIn,
  };
  const phase: Phase = { kind: "greeting", since: at, heardAt: at, pingAt: at + uplinkPingIntervalMs, offer };
  return { session: { ...session, phase }, outputs: [{ kind: "send", text: JSON.stringify(hello) }] };
}

function onMessage(session: Session, input: Moment & { text: string }): Step {
  const { phase } = session;
  if (phase.kind !== "greeting" && phase.kind !== "live") return stay(session);
  const heard: Session = { ...session, phase: { ...phase, heardAt: input.at } };
  if (input.text === pong) return stay(heard);
  const read = readSiteFrame(input.text);
  switch (read.kind) {
    case "frame":
      return onFrame(heard, read.frame, input);
    case "badCommand":
      return onBadCommand(heard, read, input);
    case "otherProtocol":
      return cut(heard, "protocol_mismatch", mismatchMessage(`version ${read.protocol}`), input);
    case "unreadable":
      return cut(heard, "bad_frame", "the site sent a frame that this version cannot read", input);
  }
}

function onFrame(session: Session, frame: SiteFrame, moment: Moment): Step {
  const { phase, outbox } = session;
  if (frame.type === "welcome" && phase.kind === "greeting") return onWelcome(session, frame, phase.since, moment.at);
  if (frame.type === "ack" && phase.kind === "live" && acknowledge(outbox, frame.through))
    return stay(session, pump(outbox));
  if (frame.type === "command" && phase.kind === "live") {
    const startBefore = frame.deadlineAt - phase.siteAhead;
    return stay(session, [{ kind: "command", command: frame, startBefore }]);
  }
  const what = frame.type === "command" ? "a command" : `${frame.type} ${frame.through}`;
  return cut(session, "out_of_order", `the site sent ${what} out of order`, moment);
}

/** A site that is newer than this connector may know more commands; the link serves all others. */
function onBadCommand(session: Session, { id, because }: { id: string | null; because: string }, moment: Moment): Step {
  if (session.phase.kind !== "live")
    return cut(session, "out_of_order", "the site sent a command out of order", moment);
  const message = `uplink: a command was ${id === null ? "ignored" : "refused"}: ${because}`;
  const told: SessionOutput = { kind: "log", level: "warn", message };
  const refusal = `the connector cannot read this command: ${because}`;
  return stay(
    session,
    id === null ? [told] : [told, aside({ type: "outcome", id, outcome: outcomeFailed("bad_request", refusal) })],
  );
}

/**
 * The site read its clock after `hello` was sent, so that clock is at most `siteAhead` ahead of ours; by how much less, the way of
 * `hello` knows. Deadlines are taken by the most, lest a command be begun after its end.
 */
function onWelcome(session: Session, welcome: Welcome, helloSentAt: number, at: number): Step {
  const { outbox } = session;
  resume(outbox, welcome.through);
  const siteAhead = welcome.at - helloSentAt;
  const phase: Phase = { kind: "live", since: at, heardAt: at, pingAt: at + uplinkPingIntervalMs, siteAhead };
  const known = welcome.through === null ? "wants a snapshot" : `has all up to frame ${welcome.through}`;
  const told: SessionOutput = { kind: "log", level: "info", message: `uplink: connected; the site ${known}` };
  const first = outbox.inFlight ? [{ kind: "send", text: outbox.inFlight.text } as const] : pump(outbox);
  const report = session.report ? [aside(session.report)] : [];
  return { session: { ...session, phase }, outputs: [told, ...first, ...report] };
}

function onPushed(session: Session): Step {
  return stay(session, session.phase.kind === "live" ? pump(session.outbox) : []);
}

function onSnapshot(session: Session, input: Extract<SessionInput, { kind: "snapshot" }>): Step {
  if (session.phase.kind !== "live" || session.outbox.mode.kind !== "snapshotDue") return stay(session);
  beginSnapshot(session.outbox, input.events, input.ami);
  return stay(session, pump(session.outbox));
}

/** Ends a connection from this side. */
function cut(session: Session, reason: CloseReason, because: string, moment: Moment): Step {
  const ended = end(session, { kind: "cut", reason, because }, moment);
  return { ...ended, outputs: [{ kind: "cut", code: closeCodes[reason].code, reason }, ...ended.outputs] };
}

/** The back-off grows with each connection that ended early, and begins anew after one that was stable. */
function end(session: Session, ending: Ending, { at, random }: Moment): Step {
  const { phase, outbox } = session;
  if (ending.kind === "closed" && ending.code === closeCodes.bad_frame.code) abandonInFlight(outbox);
  const plan = planRetry(ending);
  if (plan.pace === "standby") standBy(outbox, phase);
  const stable = phase.kind === "live" && at - phase.since >= uplinkBackoff.stableMs;
  const attempts = stable ? 0 : session.attempts;
  const pace = plan.pace === "standby" && isOwing(outbox) ? "backoff" : plan.pace;
  const delay = retryDelayMs(pace, attempts, random);
  const next: Phase = { kind: plan.pace === "standby" ? "standby" : "waiting", until: at + delay };
  const message = `uplink: ${plan.because}; next try in ${(delay / 1000).toFixed(1)} s`;
  return {
    session: { ...session, phase: next, attempts: attempts + 1 },
    outputs: [{ kind: "log", level: plan.level, message }],
  };
}

/** UP3: another connector holds the uplink. The site has taken what this one's `hello` offered. */
function standBy(outbox: Outbox, phase: Phase): void {
  if (phase.kind === "greeting" && phase.offer) onHandedIn(outbox, phase.offer);
  standDown(outbox);
}

/** The next frame, if nothing is in flight (ST5). */
function pump(outbox: Outbox): readonly SessionOutput[] {
  const next = cutFrame(outbox);
  switch (next.kind) {
    case "frame":
      return [{ kind: "send", text: next.text }];
    case "snapshotDue":
      return [{ kind: "snapshotDue" }];
    case "nothing":
      return [];
  }
}

/** Goes beside the frame in flight. */
function aside(frame: Exclude<ConnectorFrame, SequencedFrame>): SessionOutput {
  return { kind: "send", text: JSON.stringify(frame) };
}
