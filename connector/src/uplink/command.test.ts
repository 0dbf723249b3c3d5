/** Commands on the uplink (UP9): which the session passes on, their deadlines, and which it answers itself. */
import { type SiteFrame, type UplinkCommand, uplinkProtocol } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSession, stepSession, type UplinkSession } from "./session.ts";
import type { SessionInput, SessionOutput } from "./session-io.ts";
import { readSiteFrame } from "./site-frame.ts";

const random = 0.5;
const siteAt = 1_795_420_000_000;
const reach = { agents: ["1001"], queues: "*" };
const command = { type: "command", id: "c1", deadlineAt: siteAt + 10_000, reach, command: { type: "queueReset" } };

/** A session that sent `hello` at `helloAt` and received at `receivedAt` that the site's clock was at `clock`. */
function live(helloAt = 0, receivedAt = helloAt, clock = siteAt): UplinkSession {
  const welcome = { type: "welcome", protocol: uplinkProtocol, through: 0, at: clock };
  const inputs: SessionInput[] = [
    { kind: "due", at: helloAt, random },
    { kind: "opened", at: helloAt },
    { kind: "message", text: JSON.stringify(welcome), at: receivedAt, random },
  ];
  const identity = { epoch: "k3", startedAt: 1, connectorVersion: "0.1.0" };
  return inputs.reduce((session, input) => stepSession(session, input).session, createSession(identity, 0));
}

const receive = (session: UplinkSession, frame: unknown, at = 0) =>
  stepSession(session, { kind: "message", text: JSON.stringify(frame), at, random });
const sent = (outputs: readonly SessionOutput[]) =>
  outputs.flatMap((output) => (output.kind === "send" ? [JSON.parse(output.text)] : []));
const warnings = (outputs: readonly SessionOutput[]) =>
  outputs.flatMap((output) => (output.kind === "log" && output.level === "warn" ? [output.message] : []));

describe("CM11 the deadline", () => {
  it("is converted to the steady clock", () => {
    const { outputs } = receive(live(5_000), { ...command, deadlineAt: siteAt + 1_500 }, 5_010);
    expect(outputs).toEqual([
      { kind: "command", command: { ...command, deadlineAt: siteAt + 1_500 }, startBefore: 6_500 },
    ]);
  });

  it("is never later than on the site's clock, whatever the latency, and earlier only by the time that hello travelled", () => {
    const ms = fc.nat(20_000);
    fc.assert(
      fc.property(fc.nat(1e9), ms, ms, ms, (helloAt, there, back, seconds) => {
        // Both clocks run at the same speed: the site's shows `siteAt + t - helloAt` at our time t.
        const session = live(helloAt, helloAt + there + back, siteAt + there);
        const [output] = receive(session, { ...command, deadlineAt: siteAt + seconds }, helloAt + there + back).outputs;
        const latest = helloAt + seconds;
        expect(output).toMatchObject({ kind: "command", startBefore: latest - there });
      }),
    );
  });

  it("is computed from the welcome of the present connection", () => {
    const first = live(0, 0, 1_000);
    const broken = stepSession(first, {
      kind: "ended",
      ending: { kind: "closed", code: 1006, reason: "" },
      at: 9,
      random,
    });
    const inputs: SessionInput[] = [
      { kind: "due", at: 90_000, random },
      { kind: "opened", at: 90_000 },
      {
        kind: "message",
        text: JSON.stringify({ type: "welcome", protocol: uplinkProtocol, through: 0, at: 500 }),
        at: 90_001,
        random,
      },
    ];
    const again = inputs.reduce((session, input) => stepSession(session, input).session, broken.session);
    expect(receive(again, { ...command, deadlineAt: 600 }).outputs).toMatchObject([{ startBefore: 90_100 }]);
  });
});

describe("an invalid command", () => {
  it.each([
    ["of an unknown type", { ...command, command: { type: "teleport" } }, "command.type"],
    ["with an unknown field", { ...command, command: { type: "queueReset", force: true } }, "command"],
    [
      "with a value that has a meaning in the dialplan",
      { ...command, command: { type: "originate", agent: "1001", to: "1&2" } },
      "command.to",
    ],
    ["without a deadline", { ...command, deadlineAt: undefined }, "deadlineAt"],
    ["without a reach", { ...command, reach: undefined }, "reach"],
  ])("%s is refused, and the connection stays", (_what, frame, where) => {
    const { session, outputs } = receive(live(), frame);
    expect(session.phase.kind).toBe("live");
    const error = { code: "bad_request", message: expect.stringContaining(where) };
    expect(sent(outputs)).toEqual([{ type: "outcome", id: "c1", outcome: { status: "failed", error } }]);
    expect(warnings(outputs)).toHaveLength(1);
    expect(outputs.some(({ kind }) => kind === "command")).toBe(false);
  });

  it.each([
    ["without an id", { ...command, id: undefined }],
    ["with an invalid id", { ...command, id: "c 1" }],
    ["with an id that is not a string", { ...command, id: 7 }],
  ])("%s is ignored with a warning", (_what, frame) => {
    const { session, outputs } = receive(live(), frame);
    expect(session.phase.kind).toBe("live");
    expect(sent(outputs)).toEqual([]);
    expect(warnings(outputs)).toEqual([expect.stringMatching(/^uplink: a command was ignored: id: /)]);
  });

  it("before the welcome is out of order", () => {
    const identity = { epoch: "k3", startedAt: 1, connectorVersion: "0.1.0" };
    const inputs: SessionInput[] = [
      { kind: "due", at: 0, random },
      { kind: "opened", at: 0 },
    ];
    const greeting = inputs.reduce((session, input) => stepSession(session, input).session, createSession(identity, 0));
    expect(receive(greeting, { type: "command", id: "c1" }).outputs[0]).toMatchObject({ kind: "cut", code: 4410 });
  });

  it("is described in few words, never with the value", () => {
    const secret = "5".repeat(5_000);
    const read = readSiteFrame(
      JSON.stringify({ ...command, command: { type: "originate", agent: "1001", to: secret } }),
    );
    expect(read).toMatchObject({ kind: "badCommand", id: "c1" });
    const because = read.kind === "badCommand" ? read.because : "";
    expect(because).not.toContain("555");
    expect(because.length).toBeLessThanOrEqual(200);
  });
});

describe("frames of the site", () => {
  it.each<[string, unknown, ReturnType<typeof readSiteFrame>["kind"]]>([
    ["a welcome", { type: "welcome", protocol: uplinkProtocol, through: null, at: 1 }, "frame"],
    ["a welcome of an older site, without a time", { type: "welcome", protocol: 1, through: null }, "otherProtocol"],
    ["a welcome without a time", { type: "welcome", protocol: uplinkProtocol, through: null }, "unreadable"],
    ["an ack", { type: "ack", through: 1 }, "frame"],
    ["an ack of nothing", { type: "ack" }, "unreadable"],
    ["a command", command, "frame"],
    ["another type", { type: "toast" }, "unreadable"],
    ["null", null, "unreadable"],
  ])("%s", (_what, frame, kind) => {
    expect(readSiteFrame(JSON.stringify(frame)).kind).toBe(kind);
  });

  it("any text is classified, without an exception", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(["frame", "badCommand", "otherProtocol", "unreadable"]).toContain(readSiteFrame(text).kind);
      }),
    );
  });

  it("a command is passed on unchanged", () => {
    const read = readSiteFrame(JSON.stringify(command));
    expect(read).toEqual({ kind: "frame", frame: command as SiteFrame & UplinkCommand });
  });
});
