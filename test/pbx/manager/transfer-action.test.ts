/** AMI actions on waiting callers, on calls that ring at others, and attended transfers: who talks to whom afterwards. */
import { beforeEach, describe, expect, it } from "vitest";
import { createPbx, type Pbx } from "../core.ts";
import { defaultAgents, defaultQueues } from "../start.ts";
import { channelOf, performRequest } from "../story.ts";
import { actionRequest } from "./request.ts";

const now = 1_795_425_023_000;
let pbx: Pbx;

beforeEach(() => {
  pbx = createPbx(defaultQueues, defaultAgents, now);
});

function request(action: string, headers: Readonly<Record<string, string>>): string {
  return performRequest(pbx, actionRequest([["Action", action], ...Object.entries(headers)]), now).message;
}
const run = (command: Parameters<Pbx["run"]>[0]) => pbx.run(command, now);
const call = (queue: string, number: string) => run({ kind: "call", queue, number, name: "" });
const channel = (device: string) => channelOf(pbx, device);
/** The call to an extension of `--print-dialplan`, answered by the agent. */
function snippet(exten: string, agent: string, about: string): void {
  const where = { Channel: `PJSIP/${agent}`, Context: "pbxis-edge", Exten: exten, Async: "true" };
  expect(request("Originate", { ...where, Variable: `PBXIS_CHANNEL=${about}` })).toMatch(/queued/);
  expect(run({ kind: "answer", agent })).toBe(true);
}
const names = () => pbx.take().map((packet) => String(packet[0]?.[1]));
/** The number that each agent talks to. */
function talks(): Record<string, string> {
  const found = Object.entries(pbx.truth().agents).flatMap(([agent, { number, status }]) =>
    number !== null && status !== "ringing" ? [[agent, number]] : [],
  );
  return Object.fromEntries(found);
}
const waiting = (queue: string) =>
  [...(pbx.state.queues.get(queue)?.waiting ?? [])].map((one) => one.channel.callerNumber);

describe("callers who wait", () => {
  beforeEach(() => {
    for (const agent of ["1003", "1004", "1005"]) run({ kind: "pause", agent, queue: null, reason: "" });
    for (const number of ["555010", "555020", "555030"]) call("sales", number);
  });

  it("a priority moves a caller behind those of the same one", () => {
    const [first, , third] = [...pbx.state.calls].map((one) => one.channel.name);
    const prioritize = (caller = "", priority: number, queue = "sales") =>
      request("QueueChangePriorityCaller", {
        Queue: queue,
        Caller: caller,
        Priority: String(priority),
        Immediate: "yes",
      });
    expect(prioritize(third, 5)).toBe("Priority change for caller on queue success");
    expect(waiting("sales")).toEqual(["555030", "555010", "555020"]);
    prioritize(first, 5);
    expect(waiting("sales")).toEqual(["555030", "555010", "555020"]);
    prioritize(third, 0);
    expect(waiting("sales")).toEqual(["555010", "555020", "555030"]);
    expect(prioritize("nobody", 1)).toMatch(/No such caller/);
    expect(prioritize(first, 1, "nowhere")).toMatch(/No such queue/);
  });

  it("an agent picks one, who leaves the queue without an event of it", () => {
    pbx.take();
    snippet("pick", "1001", [...pbx.state.calls][1]?.channel.name ?? "");
    expect(waiting("sales")).toEqual(["555010", "555030"]);
    expect(talks()).toEqual({ "1001": "555020" });
    expect(names().filter((name) => /^QueueCaller|^Agent/.test(name))).toEqual([]);
    run({ kind: "hangup", agent: "1001" });
    expect([talks(), pbx.state.calls.size, names().includes("AgentComplete")]).toEqual([{}, 2, false]);
  });
});

describe("a call that rings at a colleague", () => {
  it("of a queue is picked up, and is the picker's", () => {
    call("support", "555010");
    snippet("pickup", "1003", channel("PJSIP/1002"));
    expect(talks()).toEqual({ "1003": "555010" });
    expect(["1001", "1002", "1005"].map((agent) => pbx.truth().agents[agent]?.status)).toEqual(
      Array(3).fill("not_inuse"),
    );
    expect(names().filter((name) => name === "Pickup")).toHaveLength(1);
    run({ kind: "hangup", agent: "1003" });
    expect(pbx.takeCompleted()).toMatchObject([{ queue: "support", agent: "1003" }]);
  });

  it("of an Originate goes on with the picker; a call that rings no more hangs the phone up", () => {
    request("Originate", { Channel: "PJSIP/1001", Context: "default", Exten: "1002", Async: "true" });
    snippet("pickup", "1003", channel("PJSIP/1001"));
    run({ kind: "answer", agent: "1002" });
    expect(talks()).toEqual({ "1002": "1003", "1003": "1002" });
    snippet("pickup", "1004", channel("PJSIP/1001"));
    expect(pbx.truth().agents["1004"]?.status).toBe("not_inuse");
  });
});

describe("an attended transfer", () => {
  const agent = () => channel("PJSIP/1003");
  const consults = (to = "1004") => request("Atxfer", { Channel: agent(), Context: "default", Exten: to });
  const numberOf = (who: string) => pbx.truth().agents[who]?.number;

  beforeEach(() => {
    call("sales", "555010");
    run({ kind: "answer", agent: "1003" });
    consults();
    expect(numberOf("1003")).toBe("1004");
  });
  const answered = () => run({ kind: "answer", agent: "1004" });

  it.each<[string, () => void]>([
    ["is cancelled", () => request("CancelAtxfer", { Channel: agent() })],
    ["is declined", () => run({ kind: "decline", agent: "1004" })],
    ["is cancelled after the answer", () => answered() && request("CancelAtxfer", { Channel: agent() })],
    ["is left by the third party", () => answered() && run({ kind: "hangup", agent: "1004" })],
  ])("%s: the agent is back with the caller", (_title, end) => {
    pbx.take();
    end();
    expect([talks(), names().includes("Unhold"), pbx.truth().agents["1004"]?.status]).toEqual([
      { "1003": "555010" },
      true,
      "not_inuse",
    ]);
    expect(pbx.state.channels.size).toBe(2);
  });

  it("to a busy phone is over at once, and nothing begins without t, to nobody, or twice", () => {
    request("CancelAtxfer", { Channel: agent() });
    run({ kind: "behave", phone: "1004", behaviour: { kind: "busy" } });
    for (const to of ["1004", "77"]) {
      expect(consults(to)).toBe("Atxfer successfully queued");
      expect([to, talks()]).toEqual([to, { "1003": "555010" }]);
    }
    run({ kind: "direct", agent: "1001", to: "1002" });
    run({ kind: "answer", agent: "1002" });
    request("Atxfer", { Channel: channel("PJSIP/1001"), Context: "default", Exten: "1005" });
    expect(talks()).toMatchObject({ "1001": "1002", "1002": "1001" });
  });

  it.each<[string, readonly ("answers" | "agent hangs up")[]]>([
    ["while the third party rings", ["agent hangs up", "answers"]],
    ["after the third party has answered", ["answers", "agent hangs up"]],
  ])("is completed %s, who then has the caller", (_title, steps) => {
    for (const step of steps) step === "answers" ? answered() : request("Hangup", { Channel: agent() });
    expect(pbx.takeCompleted()).toMatchObject([{ agent: "1003" }]);
    expect(pbx.truth().agents["1003"]?.status).toBe("not_inuse");
    expect(talks()).toEqual({ "1004": "555010" });
    run({ kind: "hangup", agent: "1004" });
    expect(pbx.state.channels.size).toBe(0);
  });

  it("becomes a conference, which two of them go on", () => {
    answered();
    for (const Digit of ["*", "5"]) request("PlayDTMF", { Channel: agent(), Digit, Receive: "true" });
    expect([...pbx.state.channels].find(({ name }) => name === agent())?.bridge?.channels).toHaveLength(3);
    run({ kind: "hangup", agent: "1003" });
    expect([pbx.truth().agents["1003"]?.status, pbx.truth().agents["1004"]?.status]).toEqual(["not_inuse", "inuse"]);
    run({ kind: "hangup", agent: "1004" });
    expect(pbx.state.channels.size).toBe(0);
  });

  it("is over when the caller hangs up: the agent keeps the third party", () => {
    answered();
    run({ kind: "abandon", callId: [...pbx.state.calls][0]?.channel.uniqueId ?? "" });
    expect(numberOf("1003")).toBe("1004");
    run({ kind: "hangup", agent: "1003" });
    expect(pbx.state.channels.size).toBe(0);
  });
});
