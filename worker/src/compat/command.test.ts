/** PX1, PX5, PX6: parameters become commands, and outcomes become pbxis-ws's answers. */
import { type Candidate, type Outcome, outcomeFailed, outcomeUnknown, SiteCommand } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { Parsed } from "../http/query.ts";
import {
  findCommand,
  originateCommand,
  outcomeAnswer,
  parkCommand,
  queueCommand,
  redirectCommand,
  requestedQueue,
} from "./command.ts";
import { readParameters } from "./parameters.ts";

const form = "application/x-www-form-urlencoded";
const json = "application/json; charset=utf-8";

function request(query: string, type?: string, body?: string): Request {
  const headers: Record<string, string> = type ? { "content-type": type } : {};
  return new Request(`https://pbxis.test/x${query}`, { method: "POST", headers, ...(body !== undefined && { body }) });
}

describe("PX1 parameters", () => {
  it.each<[string, Request, unknown]>([
    ["none", request(""), {}],
    ["query", request("?a=1&b=%C3%A4"), { a: "1", b: "ä" }],
    ["form", request("?a=1", form, "b=2+3&a=4"), { a: "4", b: "2 3" }],
    ["JSON goes before the query", request("?a=1&b=2", json, '{"a":"5","c":[1]}'), { a: "5", b: "2", c: [1] }],
    ["a vendor's JSON type", request("", "application/vnd.x+json", '{"a":1}'), { a: 1 }],
    ["a JSON type without a body, as pbxis-ws's page sends", request("?a=1", json, ""), { a: "1" }],
    ["a body of another type is ignored", request("?a=1", "text/plain", "{"), { a: "1" }],
  ])("%s", async (_, given, expected) => {
    expect(await readParameters(given)).toEqual(expected);
  });

  it.each<[string, Request, number]>([
    ["invalid JSON", request("", json, "{"), 400],
    ["JSON that is not an object", request("", json, "[1]"), 400],
    ["too large", request("", json, `{"a":"${"x".repeat(70_000)}"}`), 413],
    ["a form too large", request("", form, `a=${"x".repeat(70_000)}`), 413],
  ])("%s", async (_, given, status) => {
    expect(await readParameters(given)).toMatchObject({ status });
  });
});

describe("PX5 parameters become a command", () => {
  const ok = (value: SiteCommand | Record<string, unknown>) => ({ ok: true, value });
  it.each<[Parsed<SiteCommand>, unknown]>([
    [originateCommand("148", "1562830", {}), { type: "originate", agent: "148", to: "1562830" }],
    [
      originateCommand("148", "1562830", { callerId: "7012888", variables: { A: "1", B: 2 }, other: 1 }),
      { type: "originate", agent: "148", to: "1562830", callerId: "7012888", variables: { A: "1", B: "2" } },
    ],
    [
      originateCommand("148", "1", { callerId: 7012888, variables: '{"A":"1"}' }),
      { type: "originate", agent: "148", to: "1", callerId: "7012888", variables: { A: "1" } },
    ],
    [originateCommand("148", "1", { callerId: "", variables: null }), { type: "originate", agent: "148", to: "1" }],
    [redirectCommand("200", { "agent-or-channel": "148" }), { type: "redirect", agent: "148", to: "200" }],
    [
      redirectCommand("200", { "agent-or-channel": "SIP/trunk-0000002a" }),
      { type: "redirect", channel: "SIP/trunk-0000002a", to: "200" },
    ],
    [parkCommand({ "agent-or-channel": 148 }), { type: "park", agent: "148", timeoutSeconds: 180 }],
    [
      queueCommand("add", { queue: "q1", agent: "148", memberName: "", paused: true }),
      { type: "queueAdd", queue: "q1", agent: "148", paused: true },
    ],
    [
      queueCommand("add", { queue: "q1", agent: "148", memberName: "Ada", paused: "FALSE" }),
      { type: "queueAdd", queue: "q1", agent: "148", name: "Ada", paused: false },
    ],
    [
      queueCommand("remove", { queue: "q1", agent: "148", memberName: "Ada", paused: true }),
      { type: "queueRemove", queue: "q1", agent: "148" },
    ],
    [
      queueCommand("pause", { queue: "q1", agent: "148", paused: "true", memberName: "Ada" }),
      { type: "queuePause", queue: "q1", agent: "148", paused: true },
    ],
    [queueCommand("pause", { agent: "148", paused: false }), { type: "queuePause", agent: "148", paused: false }],
    [queueCommand("reset", { queue: "q1", agent: "148" }), { type: "queueReset", queue: "q1" }],
    [queueCommand("reset", {}), { type: "queueReset" }],
    [findCommand({ extension: "148" }), { type: "findCalls", agent: "148" }],
    [
      queueCommand("penalty", { queue: "q1", agent: "148", penalty: 3 }),
      { type: "queuePenalty", queue: "q1", agent: "148", penalty: 3 },
    ],
    [queueCommand("penalty", { agent: 148, penalty: "0" }), { type: "queuePenalty", agent: "148", penalty: 0 }],
  ])("%#", (made, expected) => {
    expect(made).toEqual(ok(expected as SiteCommand));
  });

  it.each<[string, Parsed<SiteCommand>, RegExp]>([
    ["no agent or channel", redirectCommand("200", {}), /agent-or-channel/],
    ["a number that cannot be dialled", redirectCommand("200@other", { "agent-or-channel": "148" }), /^to /],
    ["text that the dialplan would evaluate", originateCommand("148", "1", { variables: { A: "$[1]" } }), /variables/],
    ["variables that are not an object", originateCommand("148", "1", { variables: "A=1" }), /variables/],
    ["a line break", originateCommand("148", "1", { callerId: "1\r\nAction: Logoff" }), /callerId/],
    ["no queue to log off from", queueCommand("remove", { agent: "148" }), /queue/],
    ["no agent", queueCommand("add", { queue: "q1" }), /agent/],
    ["no `paused`", queueCommand("pause", { queue: "q1", agent: "148" }), /paused/],
    [
      "a `paused` that is not boolean",
      queueCommand("pause", { queue: "q1", agent: "148", paused: "perhaps" }),
      /^paused must be/,
    ],
    ["an object for a string", queueCommand("reset", { queue: { a: 1 } }), /^queue must be a string/],
    ["no `penalty`", queueCommand("penalty", { queue: "q1", agent: "148" }), /^penalty/],
    ["a `penalty` that is not whole", queueCommand("penalty", { agent: "148", penalty: "1.5" }), /^penalty must be/],
    ["a negative `penalty`", queueCommand("penalty", { agent: "148", penalty: -1 }), /^penalty/],
    ["no extension", findCommand({}), /agent/],
  ])("refuses %s", (_, made, message) => {
    expect(made).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });
});

describe("PX6 the requested queue", () => {
  it.each<[Record<string, unknown>, string | undefined]>([
    [{}, undefined],
    [{ queue: "" }, undefined],
    [{ queue: null, other: "a,b" }, undefined],
    [{ queue: "call center" }, "call center"],
    [{ queue: 600 }, "600"],
    [{ queue: "*" }, "*"],
  ])("%j", (given, value) => {
    expect(requestedQueue(given)).toEqual({ ok: true, value });
  });

  it.each<[string, unknown]>([
    ["a comma", "a,b"],
    ["a control character", "a\u0000"],
    ["too many characters", "x".repeat(129)],
    ["no text", ["a"]],
  ])("%s", (_, queue) => {
    expect(requestedQueue({ queue })).toMatchObject({ ok: false, message: expect.stringMatching(/^queue /) });
  });
});

describe("PX5 an outcome becomes an answer", () => {
  const originate = SiteCommand.parse({ type: "originate", agent: "148", to: "1" });
  const redirect = SiteCommand.parse({ type: "redirect", agent: "148", to: "1" });
  const park = SiteCommand.parse({ type: "park", agent: "148" });
  const add = SiteCommand.parse({ type: "queueAdd", queue: "q1", agent: "148" });
  const find = SiteCommand.parse({ type: "findCalls", agent: "148" });
  const done = (result: Extract<Outcome, { status: "done" }>["result"]): Outcome => ({ status: "done", result });
  const calls: Candidate[] = [
    { agentChannel: "SIP/148-1", bridgedChannel: "SIP/t-2", callerId: "555" },
    { agentChannel: "SIP/148-3", bridgedChannel: null, callerId: "556" },
  ];
  const success = { response: "Success", message: expect.any(String) };
  const call = { agent: "148", agentChannel: "SIP/148-1", bridgedChannel: "SIP/t-2", callerIdNum: "555" };

  it.each<[string, SiteCommand, Outcome, number, unknown]>([
    ["originate", originate, done({ actionId: "a-1" }), 200, "a-1"],
    ["redirect", redirect, done({ channel: "SIP/t-2" }), 200, success],
    ["park", park, done({ parkingSpace: "701" }), 200, success],
    ["queue", add, done({ queues: ["q1"] }), 200, success],
    ["calls that are bridged", find, done({ calls }), 200, [call]],
    ["no calls", find, outcomeFailed("not_found", "no call"), 200, []],
    [
      "several calls",
      redirect,
      outcomeFailed("several_calls", "choose", { candidates: calls.slice(0, 1) }),
      200,
      { candidates: [{ ...call, callerId: "555" }] },
    ],
    ["not a member", add, outcomeFailed("not_found", "not there"), 200, { response: "Error", message: "not there" }],
    ["refused", redirect, outcomeFailed("asterisk_refused", "No."), 200, { response: "Error", message: "No." }],
    ["no right", add, outcomeFailed("not_permitted", "No."), 200, { response: "Error", message: "No." }],
    ["no call", redirect, outcomeFailed("not_found", "no"), 404, { error: { code: "not_found", message: "no" } }],
    ["no action id", originate, outcomeFailed("asterisk_refused", "no"), 502, { error: expect.anything() }],
    ["away", add, outcomeFailed("unavailable", "AMI"), 503, { error: { code: "unavailable", message: "AMI" } }],
    ["bad", add, outcomeFailed("bad_request", "no"), 400, { error: expect.anything() }],
    ["unknown", redirect, outcomeUnknown("lost"), 504, { error: { code: "outcome_unknown", message: "lost" } }],
  ])("%s", async (_, command, outcome, status, body) => {
    const answer = outcomeAnswer(command, outcome);
    expect([answer.status, await answer.json()]).toEqual([status, body]);
  });
});
