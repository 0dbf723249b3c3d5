import type { CommandInput } from "@pbxis/shared/client";
import { describe, expect, it } from "vitest";
import type { Action } from "./action.ts";
import { candidateText, commandText, consequence, failureText, noticeOf } from "./texts.ts";

const nameOf = (agent: string): string => `Ann (${agent})`;
const intentOf = (command: CommandInput) => ({ command, key: "k", mustConfirm: false, call: null });
const waiting = { queue: "support", uniqueId: "u1" };
const alice = { number: "555", name: "Alice", queueName: null, callId: "c1", uniqueId: "u1" };

describe("the text of a command", () => {
  it.each<[CommandInput, string]>([
    [{ type: "queuePause", agent: "1001", reason: "lunch" }, "Pause Ann (1001) in all queues (lunch)"],
    [{ type: "queuePause", agent: "1001", queue: "support", paused: false }, "Unpause Ann (1001) in support"],
    [{ type: "queueRemove", agent: "1001", queue: "support" }, "Log off Ann (1001) from support"],
    [{ type: "redirect", agent: "1001", to: "+1415" }, "Transfer the call of Ann (1001) to +1415"],
    [{ type: "hangup", channel: "PJSIP/1001-1" }, "Hang up the call of PJSIP/1001-1"],
    [{ type: "queueReset" }, "Reset the statistics of all queues"],
  ])("%o", (command, request) => {
    expect(commandText({ command, call: null }, nameOf).request).toBe(request);
  });

  it.each<[CommandInput, string]>([
    [{ type: "hangup", agent: "1001" }, "Hang up the call of Ann (1001) with Alice 555"],
    [{ type: "park", agent: "1001" }, "Park the call of Ann (1001) with Alice 555"],
    [{ type: "redirect", agent: "1001", to: "1002" }, "Transfer the call of Ann (1001) with Alice 555 to 1002"],
    [{ type: "moveCaller", ...waiting, to: "5002" }, "Move Alice 555 (waiting in support) to 5002"],
    [{ type: "pickCaller", ...waiting, agent: "1001" }, "Connect Alice 555 (waiting in support) with Ann (1001)"],
    [{ type: "prioritizeCaller", ...waiting, priority: 9 }, "Give Alice 555 (waiting in support) priority 9"],
    [
      { type: "pickup", agent: "1001", of: "1002" },
      "Pick up the call with Alice 555 that rings at Ann (1002), with the phone of Ann (1001)",
    ],
    [{ type: "completeTransfer", agent: "1001", to: "1005" }, "Complete the transfer of Ann (1001) to 1005"],
    [{ type: "sendDigits", agent: "1001", digits: "42#" }, "Send 42# into the call of Ann (1001) with Alice 555"],
  ])("%o names the caller", (command, request) => {
    expect(commandText({ command, call: alice }, nameOf).request).toBe(request);
  });

  it("says that a call to hang up has an unknown party", () => {
    const command: CommandInput = { type: "hangup", agent: "1001" };
    expect(consequence({ command, call: null })).toContain("other party is not known");
    expect(consequence({ command, call: alice })).toBe("The call ends for both sides.");
  });
});

describe("the notice of an action", () => {
  it("names the parking space", () => {
    const action: Action = {
      kind: "done",
      intent: intentOf({ type: "park", agent: "1001" }),
      result: { parkingSpace: "701" },
    };
    expect(noticeOf(action, nameOf)).toEqual({
      kind: "done",
      title: "Done: park the call of Ann (1001).",
      text: "Parked at 701.",
    });
  });

  it("says that a command with an unknown outcome may have been carried out", () => {
    const intent = intentOf({ type: "hangup", agent: "1001" });
    const notice = noticeOf({ kind: "unknown", intent, message: "the uplink was lost", isRecorded: true }, nameOf);
    expect(notice?.text).toContain("may have been carried out (the uplink was lost)");
  });

  it.each([
    ["asterisk_refused", "Asterisk refused: Member not dynamic", [], "Asterisk refused: Member not dynamic."],
    ["not_found", "the agent has no call.", [], "The agent has no call."],
    ["unavailable", "AMI was lost", ["sales"], "Not carried out: AMI was lost. Already changed: sales."],
    ["originate_failed", "noAnswer", [], "The phone was not answered."],
    ["originate_failed", "else", [], "The call could not be set up."],
  ] as const)("%s: %s", (code, message, queues, text) => {
    expect(failureText({ code, message, queues })).toBe(text);
  });

  it("CM10 says that the call that was shown is gone, whoever found out", () => {
    const intent = { ...intentOf({ type: "hangup", agent: "1001", uniqueId: "u1" }), call: alice };
    const failed = (code: "call_changed" | "not_found", message: string) =>
      noticeOf({ kind: "failed", intent, failure: { code, message, queues: [] }, isRecorded: true }, nameOf);
    expect(failed("call_changed", "The call has ended. Nothing was done.")).toMatchObject({
      title: "Not done: hang up the call of Ann (1001) with Alice 555.",
      text: "The call has ended. Nothing was done.",
    });
    expect(failed("not_found", "agent 1001 no longer has this call")).toMatchObject({
      title: expect.stringMatching(/^Not done/),
      text: expect.stringContaining("Nothing was done"),
    });
  });

  it("CM7 names the new place, and the caller who has gone", () => {
    const intent = { ...intentOf({ type: "prioritizeCaller", ...waiting, priority: 9 }), call: alice };
    expect(noticeOf({ kind: "done", intent, result: { position: 1 } }, nameOf)?.text).toBe("Now at place 1.");
    const failure = { code: "not_found", message: "gone", queues: [] } as const;
    expect(noticeOf({ kind: "failed", intent, failure, isRecorded: true }, nameOf)?.text).toBe(
      "The caller is no longer waiting in support. Nothing was done.",
    );
  });

  it("is absent while the action shows a dialog", () => {
    expect(noticeOf({ kind: "confirming", intent: intentOf({ type: "queueReset" }) }, nameOf)).toBeNull();
  });
});

describe("CM10 a call to choose from", () => {
  it("is described by its number and its lines", () => {
    const candidate = {
      agentChannel: "PJSIP/1001-0000002a",
      bridgedChannel: "PJSIP/trunk-eu-0000002b",
      callerId: "555",
    };
    expect(candidateText(candidate, "Ann")).toEqual({
      title: "555",
      text: "line PJSIP/1001 (0000002a) of Ann is connected to line PJSIP/trunk-eu (0000002b).",
    });
    expect(candidateText({ ...candidate, bridgedChannel: null, callerId: null }, "Ann")).toEqual({
      title: "Number withheld",
      text: "Still ringing on line PJSIP/1001 (0000002a) of Ann.",
    });
  });
});
