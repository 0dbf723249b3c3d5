/**
 * Requests through the link: whatever Asterisk and the network do, each is answered exactly once, and as `notSent` only
 * if it was not sent.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerList, boot, type Dialog, goLive, listActions, openDialog, success } from "../../testing/ami-dialog.ts";
import { maxPending } from "./correlator.ts";
import { listDeadlineMs, type RequestAnswered, requestDeadlineMs } from "./link-io.ts";
import { isAnswer } from "./open-requests.ts";
import { reservedActions } from "./pending-actions.ts";

const park = { action: "Park", fields: [["Channel", "PJSIP/1001-0000000a"]] } as const;
const request = (dialog: Dialog, id: string, at = 0) => dialog.handle({ kind: "request", id, ...park, at });
const close = (dialog: Dialog) =>
  dialog.handle({ kind: "closed", reason: "Asterisk closed the connection", retry: "soon" });

const answers = (dialog: Dialog): RequestAnswered[] => dialog.outputs.filter(isAnswer);
const sentAs = (dialog: Dialog, id: string) => dialog.sent.filter(({ ActionID }) => ActionID === id);

function live(): Dialog {
  const dialog = openDialog();
  goLive(dialog);
  return dialog;
}

describe("a request is answered", () => {
  it("with Asterisk's message and fields", () => {
    const dialog = live();
    request(dialog, "r1");
    expect(sentAs(dialog, "r1")).toEqual([{ Action: "Park", ActionID: "r1", Channel: "PJSIP/1001-0000000a" }]);
    dialog.receive("Response: Success\r\nActionID: r1\r\nMessage: Park successful\n\r\nExten: 701\r\n");
    const [answer] = answers(dialog);
    expect(answer).toMatchObject({ kind: "answered", id: "r1", ok: true, message: "Park successful" });
    expect(answer?.kind === "answered" && answer.fields.get("Exten")).toBe("701");
  });

  it("with Asterisk's refusal", () => {
    const dialog = live();
    request(dialog, "r1");
    dialog.receive("Response: Error\r\nActionID: r1\r\nMessage: Channel does not exist: PJSIP/1001-0000000a\r\n");
    expect(answers(dialog)).toMatchObject([
      { kind: "answered", id: "r1", ok: false, message: "Channel does not exist: PJSIP/1001-0000000a" },
    ]);
  });

  it("by the last item of a list", () => {
    const dialog = live();
    request(dialog, "r1");
    dialog.receive("Response: Success\r\nActionID: r1\r\nEventList: start\r\n");
    dialog.receive("Event: ParkedCall\r\nActionID: r1\r\nParkingSpace: 701\r\n");
    expect(answers(dialog)).toEqual([]);
    dialog.receive("Event: ParkedCallsComplete\r\nActionID: r1\r\nEventList: Complete\r\nListItems: 1\r\n");
    expect(answers(dialog)).toMatchObject([{ kind: "answered", id: "r1", ok: true }]);
  });

  it("while a regeneration runs", () => {
    const dialog = live();
    dialog.handle({ kind: "regenerate", at: 0 });
    dialog.answer("QueueStatus", [...success, "EventList: start"]);
    request(dialog, "r1");
    dialog.receive("Response: Success\r\nActionID: r1\r\n");
    expect(dialog.link.phase).toBe("lists");
    expect(answers(dialog)).toMatchObject([{ kind: "answered", id: "r1", ok: true }]);
  });

  it("and not by an OriginateResponse, which is an event with its id", () => {
    const dialog = live();
    request(dialog, "r1");
    dialog.receive(
      "Event: OriginateResponse\r\nActionID: r1\r\nResponse: Failure\r\nReason: 0\r\nUniqueid: <unknown>\r\n",
    );
    expect(answers(dialog)).toEqual([]);
  });
});

describe("a request is not sent", () => {
  const before = (prepare: (dialog: Dialog) => void) => () => {
    const dialog = openDialog();
    prepare(dialog);
    return dialog;
  };
  it.each([
    ["before the login", before(() => {})],
    ["while Asterisk boots", before(boot)],
    [
      "in the first regeneration",
      before((dialog) => {
        boot(dialog);
        dialog.answerAll("Filter", success);
      }),
    ],
    [
      "after the end",
      before((dialog) => {
        goLive(dialog);
        close(dialog);
      }),
    ],
  ])("%s", (_when, prepare) => {
    const dialog = prepare();
    request(dialog, "r1");
    expect(answers(dialog)).toEqual([{ kind: "notSent", id: "r1", because: "AMI is not up" }]);
    expect(sentAs(dialog, "r1")).toEqual([]);
  });

  it.each([
    ["with a line break", "r1", "x\r\nAction: Logoff"],
    ["with a C1 control character", "r1", "x\u0085"],
    ["that is too long", "r1", "x".repeat(2000)],
    ["whose id is not a word", "r 1", "x"],
  ])("%s", (_what, id, channel) => {
    const dialog = live();
    const before = dialog.sent.length;
    dialog.handle({ kind: "request", id, action: "Park", fields: [["Channel", channel]], at: 0 });
    expect(answers(dialog)).toMatchObject([{ kind: "notSent", id }]);
    expect(dialog.sent).toHaveLength(before);
  });

  it("when too many are open, while the link's own actions are still sent", () => {
    const dialog = live();
    for (let index = 0; index < maxPending; index++) request(dialog, `r${index}`);
    const refused = answers(dialog);
    expect(refused.length).toBeGreaterThanOrEqual(reservedActions);
    expect(refused.every(({ kind }) => kind === "notSent")).toBe(true);
    dialog.handle({ kind: "regenerate", at: 0 });
    for (const action of listActions) answerList(dialog, action);
    expect(dialog.link.phase).toBe("live");
  });
});

describe("a request is lost", () => {
  it.each<[string, (dialog: Dialog) => void, string]>([
    ["when no answer comes in time", (dialog) => dialog.tick(requestDeadlineMs), "no answer within 8 s"],
    ["when the connection ends", close, "Asterisk closed the connection"],
    ["when Asterisk shuts down", (dialog) => dialog.receive("Event: Shutdown\r\n"), "Asterisk is shutting down"],
  ])("%s", (_when, happen, because) => {
    const dialog = live();
    request(dialog, "r1");
    happen(dialog);
    expect(answers(dialog)).toEqual([{ kind: "lost", id: "r1", because: expect.stringContaining(because) }]);
  });

  it("when at the same time a late list ends the connection", () => {
    const dialog = live();
    dialog.handle({ kind: "regenerate", at: requestDeadlineMs - listDeadlineMs });
    request(dialog, "r1");
    dialog.tick(requestDeadlineMs);
    expect(answers(dialog)).toMatchObject([
      { kind: "lost", id: "r1", because: expect.stringContaining("queues (timeout)") },
    ]);
  });

  it("before `ended`, which is the last output", () => {
    const dialog = live();
    request(dialog, "r1");
    request(dialog, "r2");
    close(dialog);
    expect(dialog.outputs.slice(-3).map(({ kind }) => kind)).toEqual(["lost", "lost", "ended"]);
  });

  it("and a later answer changes nothing", () => {
    const dialog = live();
    request(dialog, "r1");
    dialog.tick(requestDeadlineMs);
    dialog.receive("Response: Success\r\nActionID: r1\r\n");
    expect(answers(dialog)).toMatchObject([{ kind: "lost" }]);
  });
});

describe("a forged packet", () => {
  it("cannot answer an action, because every id begins with an unguessable prefix", () => {
    const dialog = live();
    expect(dialog.sent.map(({ ActionID }) => ActionID)).toEqual(
      dialog.sent.map((_sent, index) => `${dialog.idPrefix}${index + 1}`),
    );
    dialog.handle({ kind: "regenerate", at: 0 });
    const before = dialog.outputs.length;
    for (let guess = 1; guess <= 2 * dialog.sent.length; guess++)
      for (const id of [String(guess), `pbxis-${guess}`])
        dialog.receive(`Response: Error\r\nActionID: ${id}\r\nMessage: no\r\n`);
    expect(dialog.outputs).toHaveLength(before);
    expect(dialog.link.phase).toBe("lists");
  });
});

/**
 * What may happen around requests. `answer`: Asterisk answers the oldest open request, in bytes that are cut anywhere.
 */
type Move =
  | Readonly<{ kind: "request" | "answer" | "forge" | "regenerate" | "list" | "close" }>
  | Readonly<{ kind: "time"; ms: number }>;

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Move>({ kind: "request" }) },
  { weight: 3, arbitrary: fc.constant<Move>({ kind: "answer" }) },
  { weight: 3, arbitrary: fc.constantFrom<Move>({ kind: "forge" }, { kind: "regenerate" }, { kind: "list" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("time" as const), ms: fc.nat(2 * requestDeadlineMs) }) },
  { weight: 1, arbitrary: fc.constant<Move>({ kind: "close" }) },
);

it("whatever happens, and wherever the bytes are cut: each request is answered exactly once, and never as not sent if it was sent", () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), play),
    { numRuns: 300 },
  );
});

function play(moves: readonly Move[], cuts: readonly number[]): void {
  const dialog = live();
  const requested: string[] = [];
  const answered = new Set<string>();
  let now = 0;
  let wire = "";
  let cut = 0;
  /** All but the last few bytes arrive. The rest arrives with the next ones, or never. */
  const flush = (all: boolean) => {
    while (wire.length > (all ? 0 : 5)) {
      const size = cuts[cut++ % cuts.length] ?? 1;
      dialog.receiveBytes(Buffer.from(wire.slice(0, size)));
      wire = wire.slice(size);
    }
  };
  for (const step of moves) {
    switch (step.kind) {
      case "request":
        requested.push(`r${requested.length}`);
        request(dialog, `r${requested.length - 1}`, now);
        break;
      case "answer": {
        const next = dialog.sent.find(({ ActionID = "" }) => ActionID.startsWith("r") && !answered.has(ActionID));
        if (!next?.ActionID) break;
        answered.add(next.ActionID);
        wire += `Response: Success\r\nActionID: ${next.ActionID}\r\nMessage: done\r\n\r\n`;
        flush(false);
        break;
      }
      case "forge":
        wire += `Event: UserEvent\r\nActionID: r${requested.length - 1}\r\nResponse: Error\r\n\r\n`;
        flush(false);
        break;
      case "regenerate":
        dialog.handle({ kind: "regenerate", at: now });
        break;
      case "list": {
        flush(true);
        for (const action of ["QueueStatus", "CoreShowChannels"]) answerList(dialog, action);
        break;
      }
      case "time":
        now += step.ms;
        flush(true);
        dialog.tick(now);
        break;
      case "close":
        close(dialog);
    }
  }
  close(dialog);
  const outcomes = answers(dialog);
  expect(outcomes.map(({ id }) => id).sort()).toEqual([...requested].sort());
  for (const { id, kind } of outcomes)
    expect([id, sentAs(dialog, id).length]).toEqual([id, kind === "notSent" ? 0 : 1]);
  for (const answer of outcomes) if (answer.kind === "answered") expect(answer.message).toBe("done");
  const afterEnd = dialog.outputs.slice(dialog.outputs.findIndex(({ kind }) => kind === "ended") + 1);
  expect(afterEnd.every(({ kind }) => kind === "notSent")).toBe(true);
}
