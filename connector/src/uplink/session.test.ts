import { closeCodes, siteSilenceMs, uplinkPingIntervalMs, uplinkProtocol } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { connectTimeoutMs, createSession, nextDueAt, stepSession, type UplinkSession } from "./session.ts";
import type { SessionInput } from "./session-io.ts";

const identity = { epoch: "k3", startedAt: 1_000, connectorVersion: "0.1.0" };
const random = 0.5;

/** Steps through the inputs; returns the last session and all outputs but the log, as short texts. */
function play(session: UplinkSession, ...inputs: SessionInput[]): { session: UplinkSession; sent: string[] } {
  const sent: string[] = [];
  for (const input of inputs) {
    const next = stepSession(session, input);
    session = next.session;
    for (const output of next.outputs)
      if (output.kind === "send") sent.push(shorten(output.text));
      else if (output.kind === "cut") sent.push(`cut ${output.code}`);
      else if (output.kind === "command") sent.push(`command ${output.command.id} before ${output.startBefore}`);
      else if (output.kind !== "log") sent.push(output.kind);
  }
  return { session, sent };
}

function shorten(text: string): string {
  if (text === "ping") return text;
  const frame = JSON.parse(text);
  if (frame.type === "outcome") return `outcome ${frame.id} ${frame.outcome.error?.code ?? frame.outcome.status}`;
  if (frame.type === "hello") return `hello ${frame.epoch}${frame.handIn ? ` with ${frame.handIn.events.length}` : ""}`;
  return `${frame.type} ${frame.sequence} (${frame.events?.length})`;
}

const due = (at: number): SessionInput => ({ kind: "due", at, random });
const message = (frame: object | string, at = 0): SessionInput => ({
  kind: "message",
  text: typeof frame === "string" ? frame : JSON.stringify(frame),
  at,
  random,
});
/** The site's clock in its `welcome`. */
const siteAt = 1_795_420_000_000;
const welcome = (through: number | null, at = 0) =>
  message({ type: "welcome", protocol: uplinkProtocol, through, at: siteAt }, at);
const ack = (through: number, at = 0) => message({ type: "ack", through }, at);
const closed = (code: number, at = 0): SessionInput => ({
  kind: "ended",
  ending: { kind: "closed", code, reason: "" },
  at,
  random,
});
const refused = (status: number, message: string | null = null): SessionInput => ({
  kind: "ended",
  ending: { kind: "refused", status, message },
  at: 0,
  random,
});
const snapshot: SessionInput = { kind: "snapshot", at: 3, events: [count("a", 1)], ami: amiUp };
const pushed: SessionInput = { kind: "pushed", at: 3 };
const command = (id: string, deadlineAt = siteAt + 10_000) =>
  message({ type: "command", id, deadlineAt, reach: { agents: "*", queues: [] }, command: { type: "queueReset" } });
const outcome = (id: string): SessionInput => ({ kind: "outcome", id, outcome: { status: "done", result: {} } });

const connecting = () => play(createSession(identity, 0), due(0)).session;
const greeting = () => play(connecting(), { kind: "opened", at: 0 }).session;
const live = (at = 0) => play(greeting(), welcome(null, at), snapshot, ack(1, at)).session;

describe("the table of states", () => {
  const cases: [string, () => UplinkSession, SessionInput[], string, string[]][] = [
    ["waiting, due", () => createSession(identity, 0), [due(0)], "connecting", ["connect"]],
    ["waiting, too early", () => createSession(identity, 5), [due(4)], "waiting", []],
    ["waiting, drain", () => createSession(identity, 5), [{ kind: "drain", at: 4 }, due(4)], "connecting", ["connect"]],
    ["live, drain", live, [{ kind: "drain", at: 4 }, due(4)], "live", []],
    ["connecting, opened", connecting, [{ kind: "opened", at: 0 }], "greeting", ["hello k3"]],
    ["connecting, refused", connecting, [refused(503)], "waiting", []],
    ["connecting, too slow", connecting, [due(connectTimeoutMs)], "waiting", ["cut 4503"]],
    ["greeting, welcome", greeting, [welcome(null)], "live", ["snapshotDue"]],
    [
      "greeting, another protocol",
      greeting,
      [message({ type: "welcome", protocol: uplinkProtocol - 1, through: 1 })],
      "waiting",
      ["cut 4426"],
    ],
    ["greeting, an ack", greeting, [ack(0)], "waiting", ["cut 4410"]],
    ["greeting, superseded", greeting, [closed(closeCodes.superseded.code)], "standby", []],
    ["live, a second welcome", live, [welcome(1)], "waiting", ["cut 4410"]],
    ["live, an ack of the future", live, [ack(2)], "waiting", ["cut 4410"]],
    ["live, no JSON", live, [message("{")], "waiting", ["cut 4400"]],
    ["live, pong", live, [message("pong")], "live", []],
    ["greeting, a command", greeting, [command("c1")], "waiting", ["cut 4410"]],
    ["greeting, an outcome", greeting, [outcome("c1")], "greeting", []],
    ["live, a command", live, [command("c1")], "live", [`command c1 before 10000`]],
    ["live, an outcome", live, [outcome("c1")], "live", ["outcome c1 done"]],
    ["waiting, an outcome", () => createSession(identity, 0), [outcome("c1")], "waiting", []],
    ["stopped, an outcome", () => play(live(), { kind: "stop" }).session, [outcome("c1")], "stopped", []],
    ["live, closed", live, [closed(1006)], "waiting", []],
    ["live, stop", live, [{ kind: "stop" }], "stopped", ["cut 1000"]],
    ["live, opened again", live, [{ kind: "opened", at: 0 }], "live", []],
    ["waiting, closed again", () => createSession(identity, 0), [closed(1006)], "waiting", []],
    ["stopped, due", () => play(live(), { kind: "stop" }).session, [due(1e9), closed(1000)], "stopped", []],
  ];
  it.each(cases)("%s", (_title, before, inputs, phase, sent) => {
    const after = play(before(), ...inputs);
    expect(after.session.phase.kind).toBe(phase);
    expect(after.sent).toEqual(sent);
  });
});

describe("ST5 sending", () => {
  it("is immediate when nothing is in flight; otherwise events gather until the acknowledgement", () => {
    const session = live();
    session.outbox.pushEvent(occurrence("x"));
    const first = play(session, pushed);
    expect(first.sent).toEqual(["events 2 (1)"]);
    for (const id of ["y", "z"]) session.outbox.pushEvent(occurrence(id));
    expect(play(first.session, pushed, ack(1)).sent).toEqual([]);
    expect(play(first.session, ack(2)).sent).toEqual(["events 3 (2)"]);
  });

  it("starts after the site's welcome", () => {
    const session = greeting();
    session.outbox.pushEvent(occurrence("x"));
    expect(play(session, pushed).sent).toEqual([]);
  });

  it("UP2 resumes with the frame that was in flight when the connection broke, if the site does not have it", () => {
    const session = live();
    session.outbox.pushEvent(occurrence("x"));
    const broken = play(session, pushed, closed(1006)).session;
    session.outbox.pushEvent(occurrence("y"));
    const again = play(broken, pushed, due(1e6), { kind: "opened", at: 1e6 }).session;
    expect(play(again, welcome(1, 1e6), ack(2, 1e6)).sent).toEqual(["events 2 (1)", "events 3 (1)"]);
  });

  it("UP2 does not resend that frame if the site has it", () => {
    const session = live();
    session.outbox.pushEvent(occurrence("x"));
    const broken = play(session, pushed, closed(1006), due(1e6), { kind: "opened", at: 1e6 }).session;
    expect(play(broken, welcome(2, 1e6)).sent).toEqual([]);
  });

  it("a snapshot that is not available yet is requested again at the next push", () => {
    const { session, sent } = play(greeting(), welcome(null), pushed);
    expect(sent).toEqual(["snapshotDue", "snapshotDue"]);
    expect(play(session, snapshot).sent).toEqual(["snapshot 1 (1)"]);
  });
});

describe("UP7 keep-alive", () => {
  it("pings at an interval, and a pong keeps the connection", () => {
    let session = live(0);
    for (let at = uplinkPingIntervalMs; at <= 10 * uplinkPingIntervalMs; at += uplinkPingIntervalMs) {
      expect(nextDueAt(session)).toBe(at);
      const after = play(session, due(at), message("pong", at + 1));
      expect(after.sent).toEqual(["ping"]);
      session = after.session;
    }
  });

  it("silence ends the connection", () => {
    let pinged = live(0);
    while ((nextDueAt(pinged) ?? 0) < siteSilenceMs) pinged = play(pinged, due(nextDueAt(pinged) ?? 0)).session;
    expect(nextDueAt(pinged)).toBe(siteSilenceMs);
    expect(play(pinged, due(siteSilenceMs)).sent).toEqual(["cut 4503"]);
  });
});

describe("when to try again", () => {
  const delayAfter = (session: UplinkSession, input: SessionInput) => nextDueAt(play(session, input).session);

  it.each<[string, SessionInput, number]>([
    ["a broken connection: with back-off", closed(1006), 250],
    ["UP3 superseded: slowly, as a standby", closed(closeCodes.superseded.code), 45_000],
    ["UP8 another protocol: slowly", closed(closeCodes.protocol_mismatch.code), 45_000],
    ["an expired token: slowly", closed(closeCodes.token_expired.code), 45_000],
    ["a wrong token: slowly", refused(401), 45_000],
    ["a token for another site: slowly", refused(403), 45_000],
    ["a site in trouble: with back-off", refused(503), 250],
    ["too many requests: with back-off", refused(429), 250],
  ])("%s", (_title, input, delayMs) => {
    expect(delayAfter(connecting(), input)).toBe(delayMs);
  });

  it("a refused token is tried again ever more slowly, because waiting does not mend it", () => {
    let session = createSession(identity, 0);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 6; attempt++) {
      const at = nextDueAt(session) ?? 0;
      session = play(session, due(at), { ...refused(401), at } as SessionInput).session;
      delays.push((nextDueAt(session) ?? 0) - at);
    }
    expect(delays).toEqual([45_000, 90_000, 180_000, 360_000, 720_000, 720_000]);
  });

  it("the back-off grows with each early end and starts again only after a stable connection", () => {
    let session = createSession(identity, 0);
    const delays: number[] = [];
    for (const upMs of [0, 0, 9_999, 10_000, 0]) {
      const start = nextDueAt(session) ?? 0;
      const up = play(session, due(start), { kind: "opened", at: start }, welcome(null, start)).session;
      session = play(up, closed(1006, start + upMs)).session;
      delays.push((nextDueAt(session) ?? 0) - start - upMs);
    }
    expect(delays).toEqual([250, 500, 1_000, 250, 500]);
  });

  it("UP3 a standby that takes over sends what it kept; the site drops the duplicates", () => {
    const session = play(live(), closed(closeCodes.superseded.code)).session;
    session.outbox.pushEvent(occurrence("x"));
    const back = play(
      session,
      pushed,
      due(1e6),
      { kind: "opened", at: 1e6 },
      welcome(null, 1e6),
      snapshot,
      ack(2, 1e6),
    );
    expect(back.sent).toEqual(["connect", "hello k3 with 1", "snapshotDue", "snapshot 2 (1)", "events 3 (1)"]);
    expect([session.standby, back.session.standby]).toEqual([{ since: null }, null]);
  });

  it("UP3 a superseded connector soon hands over what was unacknowledged, again until it is refused with it, then waits", () => {
    const first = live();
    first.outbox.pushEvent(occurrence("x"));
    const urgent = play(first, pushed, closed(closeCodes.superseded.code)).session;
    expect(nextDueAt(urgent)).toBe(250);
    const offering = play(urgent, due(1e6), { kind: "opened", at: 1e6 });
    expect(offering.sent).toEqual(["connect", "hello k3 with 1"]);
    const cut = play(offering.session, closed(1006, 1e6), due(2e6), { kind: "opened", at: 2e6 });
    expect(cut.sent).toEqual(["connect", "hello k3 with 1"]);
    const free = play(cut.session, closed(closeCodes.superseded.code, 2e6)).session;
    expect((nextDueAt(free) ?? 0) - 2e6).toBe(45_000);
    expect(play(free, due(3e6), { kind: "opened", at: 3e6 }).sent).toEqual(["connect", "hello k3"]);
  });

  it("UP3 UP11 a refusal names the site's clock, as welcome does", () => {
    const greeting = play(createSession(identity, 0), due(0), { kind: "opened", at: 1_000 }).session;
    const endedWith = (reason: string) => {
      const ending = { kind: "closed", code: closeCodes.superseded.code, reason } as const;
      return play(greeting, { kind: "ended", ending, at: 1_100, random: 0.5 }).session;
    };
    expect(endedWith("superseded 5000").siteClock).toEqual([{ least: 3_900, most: 4_000 }]);
    expect(endedWith("superseded").siteClock).toEqual([]);
    expect(endedWith("superseded 5000").phase.kind).toBe("standby");
  });

  it("UP3 what it has not handed over when it takes over is sent like everything else", () => {
    const first = live();
    first.outbox.pushEvent(occurrence("x"));
    const urgent = play(first, pushed, closed(closeCodes.superseded.code)).session;
    const back = play(urgent, due(1e6), { kind: "opened", at: 1e6 }, welcome(null, 1e6), snapshot, ack(3, 1e6));
    expect(back.sent).toEqual(["connect", "hello k3 with 1", "snapshotDue", "snapshot 3 (1)", "events 4 (1)"]);
  });

  it.each([
    [closed(closeCodes.superseded.code), /another connector of this site/],
    [refused(401), /refused \(HTTP status 401\); check PBXIS_TOKEN and PBXIS_SITE; this will not resolve itself; next/],
    [refused(403, "the token is for another site"), /refused: the token is for another site \(HTTP status 403\)/],
    [refused(404), /check PBXIS_EDGE_URL/],
    [closed(closeCodes.token_expired.code), /the token has ended; a new PBXIS_TOKEN is needed; this will not resolve/],
    [closed(closeCodes.protocol_mismatch.code), /update the older one/],
  ])("each end is logged in one line (%#)", (input, text) => {
    const lines = stepSession(connecting(), input).outputs.filter((output) => output.kind === "log");
    expect(lines.map((line) => line.message)).toEqual([expect.stringMatching(text)]);
  });
});
