/** Requests through the link: whatever Asterisk and the network do, each is answered exactly once, and `notSent` only where it was not sent. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { boot, type Dialog, dialog, goLive, list, success } from "../../testing/ami-dialog.ts";
import { maxPending } from "./correlator.ts";
import { listDeadlineMs, type RequestAnswered, requestDeadlineMs } from "./link-io.ts";
import { isAnswer } from "./open-requests.ts";
import { reservedQuestions } from "./question.ts";

const park = { action: "Park", fields: [["Channel", "PJSIP/1001-0000000a"]] } as const;
const ask = (one: Dialog, id: string, at = 0) => one.handle({ kind: "request", id, ...park, at });
const close = (one: Dialog) => one.handle({ kind: "closed", reason: "Asterisk closed the connection", retry: "soon" });

const answers = (one: Dialog): RequestAnswered[] => one.outputs.filter(isAnswer);
const sentAs = (one: Dialog, id: string) => one.sent.filter(({ ActionID }) => ActionID === id);

function live(): Dialog {
  const one = dialog();
  goLive(one);
  return one;
}

describe("a request is answered", () => {
  it("by Asterisk's words and fields", () => {
    const one = live();
    ask(one, "r1");
    expect(sentAs(one, "r1")).toEqual([{ Action: "Park", ActionID: "r1", Channel: "PJSIP/1001-0000000a" }]);
    one.says("Response: Success\r\nActionID: r1\r\nMessage: Park successful\n\r\nExten: 701\r\n");
    const [answer] = answers(one);
    expect(answer).toMatchObject({ kind: "answered", id: "r1", ok: true, message: "Park successful" });
    expect(answer?.kind === "answered" && answer.fields.get("Exten")).toBe("701");
  });

  it("by its refusal", () => {
    const one = live();
    ask(one, "r1");
    one.says("Response: Error\r\nActionID: r1\r\nMessage: Channel does not exist: PJSIP/1001-0000000a\r\n");
    expect(answers(one)).toMatchObject([
      { kind: "answered", id: "r1", ok: false, message: "Channel does not exist: PJSIP/1001-0000000a" },
    ]);
  });

  it("by the last item of a list", () => {
    const one = live();
    ask(one, "r1");
    one.says("Response: Success\r\nActionID: r1\r\nEventList: start\r\n");
    one.says("Event: ParkedCall\r\nActionID: r1\r\nParkingSpace: 701\r\n");
    expect(answers(one)).toEqual([]);
    one.says("Event: ParkedCallsComplete\r\nActionID: r1\r\nEventList: Complete\r\nListItems: 1\r\n");
    expect(answers(one)).toMatchObject([{ kind: "answered", id: "r1", ok: true }]);
  });

  it("while a regeneration runs", () => {
    const one = live();
    one.handle({ kind: "regenerate", at: 0 });
    one.answers("QueueStatus", [...success, "EventList: start"]);
    ask(one, "r1");
    one.says("Response: Success\r\nActionID: r1\r\n");
    expect(one.link.phase).toBe("lists");
    expect(answers(one)).toMatchObject([{ kind: "answered", id: "r1", ok: true }]);
  });

  it("and not by an OriginateResponse, which is an event with its id", () => {
    const one = live();
    ask(one, "r1");
    one.says("Event: OriginateResponse\r\nActionID: r1\r\nResponse: Failure\r\nReason: 0\r\nUniqueid: <unknown>\r\n");
    expect(answers(one)).toEqual([]);
  });
});

describe("a request is not sent", () => {
  const before = (prepare: (one: Dialog) => void) => () => {
    const one = dialog();
    prepare(one);
    return one;
  };
  it.each([
    ["before the login", before(() => {})],
    ["while Asterisk boots", before(boot)],
    [
      "in the first regeneration",
      before((one) => {
        boot(one);
        one.answerAll("Filter", success);
      }),
    ],
    [
      "after the end",
      before((one) => {
        goLive(one);
        close(one);
      }),
    ],
  ])("%s", (_when, prepare) => {
    const one = prepare();
    ask(one, "r1");
    expect(answers(one)).toEqual([{ kind: "notSent", id: "r1", because: "AMI is not up" }]);
    expect(sentAs(one, "r1")).toEqual([]);
  });

  it.each([
    ["with a line break", "r1", "x\r\nAction: Logoff"],
    ["with a C1 control character", "r1", "x\u0085"],
    ["that is too long", "r1", "x".repeat(2000)],
    ["whose id is no word", "r 1", "x"],
  ])("%s", (_what, id, channel) => {
    const one = live();
    const before = one.sent.length;
    one.handle({ kind: "request", id, action: "Park", fields: [["Channel", channel]], at: 0 });
    expect(answers(one)).toMatchObject([{ kind: "notSent", id }]);
    expect(one.sent).toHaveLength(before);
  });

  it("when too many are open, and the link's own questions still are", () => {
    const one = live();
    for (let index = 0; index < maxPending; index++) ask(one, `r${index}`);
    const refused = answers(one);
    expect(refused.length).toBeGreaterThanOrEqual(reservedQuestions);
    expect(refused.every(({ kind }) => kind === "notSent")).toBe(true);
    one.handle({ kind: "regenerate", at: 0 });
    for (const action of ["QueueStatus", "CoreShowChannels", "ExtensionStateList", "DeviceStateList"])
      list(one, action);
    expect(one.link.phase).toBe("live");
  });
});

describe("a request is lost", () => {
  it.each<[string, (one: Dialog) => void, string]>([
    ["when no answer comes in time", (one) => one.tick(requestDeadlineMs), "no answer within 8 s"],
    ["when the connection ends", close, "Asterisk closed the connection"],
    ["when Asterisk shuts down", (one) => one.says("Event: Shutdown\r\n"), "Asterisk is shutting down"],
  ])("%s", (_when, happen, because) => {
    const one = live();
    ask(one, "r1");
    happen(one);
    expect(answers(one)).toEqual([{ kind: "lost", id: "r1", because: expect.stringContaining(because) }]);
  });

  it("also when a list is late at that very moment, which ends the connection", () => {
    const one = live();
    one.handle({ kind: "regenerate", at: requestDeadlineMs - listDeadlineMs });
    ask(one, "r1");
    one.tick(requestDeadlineMs);
    expect(answers(one)).toMatchObject([
      { kind: "lost", id: "r1", because: expect.stringContaining("queues (timeout)") },
    ]);
  });

  it("before the connection's end is told, for nothing is told after it", () => {
    const one = live();
    ask(one, "r1");
    ask(one, "r2");
    close(one);
    expect(one.outputs.slice(-3).map(({ kind }) => kind)).toEqual(["lost", "lost", "ended"]);
  });

  it("and an answer that comes later changes nothing", () => {
    const one = live();
    ask(one, "r1");
    one.tick(requestDeadlineMs);
    one.says("Response: Success\r\nActionID: r1\r\n");
    expect(answers(one)).toMatchObject([{ kind: "lost" }]);
  });
});

describe("who cannot see the questions", () => {
  it("cannot answer one: every id begins with what the shell has drawn", () => {
    const one = live();
    expect(one.sent.map(({ ActionID }) => ActionID)).toEqual(
      one.sent.map((_sent, index) => `${one.idPrefix}${index + 1}`),
    );
    one.handle({ kind: "regenerate", at: 0 });
    const before = one.outputs.length;
    for (let guess = 1; guess <= 2 * one.sent.length; guess++)
      for (const id of [String(guess), `pbxis-${guess}`])
        one.says(`Response: Error\r\nActionID: ${id}\r\nMessage: no\r\n`);
    expect(one.outputs).toHaveLength(before);
    expect(one.link.phase).toBe("lists");
  });
});

/** What may happen around requests; `answer` is Asterisk's to the oldest open one, in bytes that are cut anywhere. */
type Move =
  | Readonly<{ kind: "ask" | "answer" | "forge" | "regenerate" | "list" | "close" }>
  | Readonly<{ kind: "time"; ms: number }>;

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Move>({ kind: "ask" }) },
  { weight: 3, arbitrary: fc.constant<Move>({ kind: "answer" }) },
  { weight: 3, arbitrary: fc.constantFrom<Move>({ kind: "forge" }, { kind: "regenerate" }, { kind: "list" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.nat(2 * requestDeadlineMs) }) },
  { weight: 1, arbitrary: fc.constant<Move>({ kind: "close" }) },
);

it("any course of events, any cut of the bytes: each request is answered exactly once, and what Asterisk did is never told as not sent", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), play),
    { numRuns: 300 },
  );
});

function play(moves: readonly Move[], cuts: readonly number[]): void {
  const one = live();
  const asked: string[] = [];
  const answered = new Set<string>();
  let now = 0;
  let wire = "";
  let cut = 0;
  /** All but the last few bytes arrive; the rest comes with the next ones, or never. */
  const flush = (all: boolean) => {
    while (wire.length > (all ? 0 : 5)) {
      const size = cuts[cut++ % cuts.length] ?? 1;
      one.saysBytes(Buffer.from(wire.slice(0, size)));
      wire = wire.slice(size);
    }
  };
  for (const step of moves) {
    switch (step.kind) {
      case "ask":
        asked.push(`r${asked.length}`);
        ask(one, `r${asked.length - 1}`, now);
        break;
      case "answer": {
        const next = one.sent.find(({ ActionID = "" }) => ActionID.startsWith("r") && !answered.has(ActionID));
        if (!next?.ActionID) break;
        answered.add(next.ActionID);
        wire += `Response: Success\r\nActionID: ${next.ActionID}\r\nMessage: done\r\n\r\n`;
        flush(false);
        break;
      }
      case "forge":
        wire += `Event: UserEvent\r\nActionID: r${asked.length - 1}\r\nResponse: Error\r\n\r\n`;
        flush(false);
        break;
      case "regenerate":
        one.handle({ kind: "regenerate", at: now });
        break;
      case "list": {
        flush(true);
        for (const action of ["QueueStatus", "CoreShowChannels"]) list(one, action);
        break;
      }
      case "time":
        now += step.ms;
        flush(true);
        one.tick(now);
        break;
      case "close":
        close(one);
    }
  }
  close(one);
  const told = answers(one);
  expect(told.map(({ id }) => id).sort()).toEqual([...asked].sort());
  for (const { id, kind } of told) expect([id, sentAs(one, id).length]).toEqual([id, kind === "notSent" ? 0 : 1]);
  for (const answer of told) if (answer.kind === "answered") expect(answer.message).toBe("done");
  const afterEnd = one.outputs.slice(one.outputs.findIndex(({ kind }) => kind === "ended") + 1);
  expect(afterEnd.every(({ kind }) => kind === "notSent")).toBe(true);
}
