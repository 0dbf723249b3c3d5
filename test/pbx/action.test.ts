/** What AMI's actions do at the simulated PBX beyond the recorded stories: scripted phones, variables, transfers to anywhere, refusals. */
import { beforeEach, describe, expect, it } from "vitest";
import { createPbx, type Pbx } from "./core.ts";
import type { Packet } from "./packet.ts";
import { actionRequest } from "./request.ts";
import { defaultAgents, defaultQueues } from "./start.ts";
import type { Channel } from "./state.ts";
import { channelOf, performRequest } from "./story.ts";
import { assignments, variableOf } from "./variables.ts";

let now: number;
let pbx: Pbx;

beforeEach(() => {
  now = 1_795_425_023_000;
  pbx = createPbx(defaultQueues, defaultAgents, now);
});

type Headers = readonly (readonly [string, string])[];

/** The answer's message, behind `Error: ` for a refusal. */
function ask(action: string, ...headers: Headers): string {
  const { response, message } = performRequest(
    pbx,
    actionRequest([["Action", action], ["ActionID", "a1"], ...headers]),
    now,
  );
  return response === "Success" ? message : `${response}: ${message}`;
}

function originate(to: string, ...more: Headers): string {
  const where = [
    ["Channel", "PJSIP/1001"],
    ["Context", "default"],
    ["Exten", to],
  ] as const;
  return ask("Originate", ...where, ["Async", "true"], ["ChannelId", "own-1"], ...more);
}

/** Time passes in the server's steps. */
function pass(ms: number): void {
  for (const end = now + ms; now < end; ) {
    now += 250;
    pbx.tick(now);
  }
}

/** Of all events with this name, these headers. */
function told(event: string, ...names: string[]): unknown[] {
  const value = (packet: Packet, name: string) => packet.find(([header]) => header === name)?.[1];
  const packets = pbx.take().filter((packet) => value(packet, "Event") === event);
  return packets.map((packet) => names.map((name) => value(packet, name)));
}

const status = (agent: string) => pbx.truth().agents[agent]?.status;
const channel = (device: string) => channelOf(pbx, device);
function only(device: string): Channel {
  const [one, another] = [...pbx.state.channels].filter((some) => some.device.name === device);
  if (!one || another) throw new Error(`${device} has not one channel`);
  return one;
}

function talk(agent: string): void {
  const queue = agent === "1003" ? "sales" : "support";
  pbx.run({ kind: "call", queue, number: "+14155550100", name: "Alice" }, now);
  expect(pbx.run({ kind: "answer", agent }, now)).toBe(true);
}

describe("phones that behave by themselves", () => {
  it("answer after a while, and the outside answers too", () => {
    pbx.run({ kind: "behave", phone: "1001", behaviour: { kind: "answer", afterMs: 500 } }, now);
    originate("+14155550123");
    expect(status("1001")).toBe("ringing");
    pass(500);
    expect([status("1001"), pbx.truth().agents["1001"]?.number]).toEqual(["inuse", null]);
    pass(2000);
    expect(pbx.truth().agents["1001"]?.number).toBe("+14155550123");
  });

  it.each([
    ["busy", { kind: "busy" }, 17],
    ["decline", { kind: "decline", afterMs: 300 }, 21],
  ] as const)("%s: an originated call fails for that cause", (_, behaviour, cause) => {
    pbx.run({ kind: "behave", phone: "1001", behaviour }, now);
    originate("1002");
    pass(500);
    const packets = pbx.take();
    const names = packets.map((packet) => packet[0]?.[1]);
    expect(names.indexOf("OriginateResponse")).toBeLessThan(names.indexOf("Hangup"));
    expect(packets.find((packet) => packet[0]?.[1] === "Hangup")).toContainEqual(["Cause", cause]);
    expect(status("1001")).toBe("not_inuse");
  });

  it("let it ring until the Dial or the Originate has had enough", () => {
    pbx.run({ kind: "behave", phone: "1001", behaviour: { kind: "noAnswer" } }, now);
    originate("1002", ["Timeout", "3000"]);
    pass(2750);
    expect(status("1001")).toBe("ringing");
    pass(250);
    expect(told("OriginateResponse", "Response", "Reason", "Uniqueid")).toEqual([["Failure", 3, "own-1"]]);
    pbx.run({ kind: "direct", agent: "1001", to: "1002" }, now);
    pass(29_750);
    expect(status("1002")).toBe("ringing");
    pass(250);
    expect([status("1001"), status("1002")]).toEqual(["not_inuse", "not_inuse"]);
  });

  it("answer and refuse a queue's calls, too", () => {
    pbx.run({ kind: "behave", phone: "1001", behaviour: { kind: "busy" } }, now);
    pbx.run({ kind: "behave", phone: "1002", behaviour: { kind: "answer", afterMs: 1000 } }, now);
    pbx.run({ kind: "call", queue: "support", number: "5550100", name: "" }, now);
    pass(250);
    expect(status("1001")).toBe("not_inuse");
    pass(750);
    expect([status("1002"), pbx.truth().agents["1002"]?.number]).toEqual(["inuse", "5550100"]);
  });

  it("a phone in a call is busy for another", () => {
    talk("1001");
    pbx.take();
    originate("1003");
    expect(told("Hangup", "Uniqueid", "Cause")).toEqual([["own-1", 17]]);
    expect(pbx.truth().agents["1001"]?.number).toBe("+14155550100");
  });
});

describe("originate", () => {
  it("sets variables, and called channels inherit those with underscores", () => {
    const lines = ['CRM_NOTE=a\\,b \\"c\\" \\\\d', "R1=a,R2=evil", "__INH=x y", "_ONCE=1"];
    originate("14155550123", ...lines.map((line) => ["Variable", line] as const));
    expect(Object.fromEntries(pbx.state.originated[0]?.variables ?? [])).toEqual({
      CRM_NOTE: 'a,b "c" \\d',
      R1: "a",
      R2: "evil",
      __INH: "x y",
      _ONCE: "1",
    });
    pbx.run({ kind: "answer", agent: "1001" }, now);
    const { variables } = only("PJSIP/trunk");
    expect(["INH", "ONCE", "CRM_NOTE"].map((name) => variableOf(variables, name))).toEqual(["x y", "1", undefined]);
  });

  it("a value that is escaped arrives unchanged, whatever is in it", () => {
    for (const value of ["", "a,b", 'q"u"o', "b\\s", ")([", " sp ", "a=b;c'", "Zoë"])
      expect(assignments(`CRM=${value.replace(/[\\",]/g, "\\$&")}`)).toEqual([["CRM", value]]);
  });

  it.each([
    ['"Zoë Ü" <5551234>', "5551234", "Zoë Ü"],
    ["Name <123>", "123", "Name"],
    ["5551234", "5551234", "Ann Agent"],
    ["", "1001", "Ann Agent"],
  ])("CallerID %s is the caller for both", (callerId, number, name) => {
    originate("1002", ...(callerId ? [["CallerID", callerId] as const] : []));
    expect([only("PJSIP/1001").callerNumber, only("PJSIP/1001").callerName]).toEqual([number, name]);
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect([only("PJSIP/1002").connectedNumber, only("PJSIP/1002").connectedName]).toEqual([number, name]);
  });

  it("refuses what has no way, and fails what has no phone", () => {
    expect(originate("77")).toBe("Error: Extension does not exist.");
    expect(originate("1002", ["Context", "nosuch"])).toBe("Error: Extension does not exist.");
    expect(originate("1002", ["Channel", "PJSIP/9999"])).toBe("Originate successfully queued");
    const told = pbx.take();
    expect(told).toHaveLength(1);
    expect(told[0]).toEqual(
      expect.arrayContaining([
        ["ActionID", "a1"],
        ["Reason", 0],
        ["Uniqueid", "own-1"],
      ]),
    );
  });

  it("leads into a queue", () => {
    originate("5002");
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect(pbx.truth().queues.sales?.waiting).toBe(1);
    expect(pbx.run({ kind: "answer", agent: "1003" }, now)).toBe(true);
    expect(pbx.truth().agents["1003"]?.number).toBe("1001");
  });
});

describe("redirect, park, hangup", () => {
  const redirect = (name: string, to: string) =>
    ask("Redirect", ["Channel", name], ["Context", "default"], ["Exten", to], ["Priority", "1"]);

  it("a caller goes to another queue, and both queues count the call at its end", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/trunk"), "5002")).toBe("Redirect successful");
    expect([pbx.truth().queues.sales?.waiting, status("1001")]).toEqual([1, "not_inuse"]);
    pbx.run({ kind: "answer", agent: "1003" }, now);
    pbx.take();
    pbx.run({ kind: "hangup", agent: "1003" }, now);
    expect(told("AgentComplete", "Queue", "Reason")).toEqual([
      ["sales", "agent"],
      ["support", "caller"],
    ]);
  });

  it("to nowhere: Success, and the call is gone; so DIALPLAN_EXISTS is asked first", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/trunk"), "77")).toBe("Redirect successful");
    expect(pbx.state.channels.size).toBe(0);
  });

  it("the agent's own side goes: the caller is let go", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/1001"), "1002")).toBe("Redirect successful");
    expect([status("1001"), status("1002"), channel("PJSIP/trunk")]).toEqual(["inuse", "ringing", "none"]);
  });

  it("a waiting caller leaves his queue", () => {
    pbx.run({ kind: "call", queue: "support", number: "5550100", name: "" }, now);
    redirect(channel("PJSIP/trunk"), "1003");
    expect([pbx.truth().queues.support?.waiting, status("1001"), status("1003")]).toEqual([0, "not_inuse", "ringing"]);
  });

  it("a parked call without a parker ends when time is up", () => {
    talk("1001");
    expect(ask("Park", ["Channel", channel("PJSIP/trunk")], ["Timeout", "4000"])).toBe("Park successful");
    expect([pbx.truth().parked, status("1001")]).toEqual([{ "701": "+14155550100" }, "not_inuse"]);
    pass(3750);
    pbx.take();
    pass(250);
    expect(told("ParkedCallTimeOut", "ParkingSpace")).toEqual([["701"]]);
    expect(pbx.state.channels.size).toBe(0);
  });

  it("who hears the space hangs up by himself; who dials it has the call", () => {
    talk("1001");
    ask("Park", ["Channel", channel("PJSIP/trunk")], ["TimeoutChannel", channel("PJSIP/1001")]);
    expect([status("1001"), pbx.truth().agents["1001"]?.number]).toEqual(["inuse", null]);
    pass(2500);
    expect(status("1001")).toBe("not_inuse");
    pbx.take();
    originate("701");
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect(told("UnParkedCall", "ParkingSpace", "RetrieverUniqueid")).toEqual([["701", "own-1"]]);
    expect(pbx.truth().agents["1001"]?.number).toBe("+14155550100");
  });

  it("hangs up by name and by Uniqueid", () => {
    originate("1002");
    expect(ask("Hangup", ["Channel", "own-1"])).toBe("Channel Hungup");
    expect(told("OriginateResponse", "Response", "Reason")).toEqual([["Failure", 0]]);
    talk("1001");
    expect(ask("Hangup", ["Channel", channel("PJSIP/1001")])).toBe("Channel Hungup");
    expect(pbx.state.channels.size).toBe(0);
  });

  it("refuses a channel that is not there", () => {
    const gone = [["Channel", "PJSIP/gone-1"]] as const;
    expect(redirect("PJSIP/gone-1", "1002")).toBe("Error: Channel does not exist: PJSIP/gone-1");
    expect(ask("Park", ...gone)).toBe("Error: Channel does not exist: PJSIP/gone-1");
    expect(ask("Hangup", ...gone)).toBe("Error: No such channel");
  });
});

describe("queues", () => {
  it("reset: the counts begin anew, of one queue or of all; Success also for a queue that is not there", () => {
    for (const agent of ["1001", "1003"]) {
      talk(agent);
      pbx.run({ kind: "hangup", agent }, now);
    }
    const completed = () => [...pbx.state.queues.values()].map((queue) => queue.completed);
    const taken = () =>
      [...pbx.state.queues.values()].map(({ members }) => members.reduce((sum, one) => sum + one.callsTaken, 0));
    expect([completed(), taken()]).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(ask("QueueReset", ["Queue", "nosuch"])).toBe("Queue stats reset successfully");
    expect(ask("QueueReset", ["Queue", "support"])).toBe("Queue stats reset successfully");
    expect([completed(), taken()]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    ask("QueueReset");
    expect([completed(), taken()]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("without a queue: penalty and pause of all the agent's memberships", () => {
    expect(ask("QueuePenalty", ["Interface", "PJSIP/1005"], ["Penalty", "4"])).toBe(
      "Interface penalty set successfully",
    );
    ask("QueuePause", ["Interface", "PJSIP/1005"], ["Paused", "1"], ["Reason", "Lunch"]);
    const all = { paused: true, reason: "Lunch", penalty: 4 };
    for (const queue of ["support", "sales"]) expect(pbx.truth().queues[queue]?.members["1005"]).toEqual(all);
  });

  it("refuses as Asterisk does", () => {
    const someone = ["Interface", "PJSIP/1001"] as const;
    expect(ask("QueuePenalty", someone, ["Penalty", "-1"])).toBe("Error: Invalid interface, queuename or penalty");
    expect(ask("QueuePenalty", ["Interface", "PJSIP/77"], ["Penalty", "1"])).toBe(
      "Error: Invalid interface, queuename or penalty",
    );
    expect(ask("QueueRemove", ["Queue", "nosuch"], someone)).toBe(
      "Error: Unable to remove interface from queue: No such queue",
    );
    expect(ask("QueueAdd", ["Queue", "support"], someone)).toBe("Error: Unable to add interface: Already there");
  });

  it("takes any interface as a member, which is never there without a phone", () => {
    expect(ask("QueueAdd", ["Queue", "sales"], ["Interface", "NOTECH/77"], ["MemberName", 'A, "B" <c>'])).toBe(
      "Added interface to queue",
    );
    expect(told("QueueMemberAdded", "MemberName", "Status")).toEqual([['A, "B" <c>', 5]]);
    pbx.run({ kind: "call", queue: "sales", number: "5550100", name: "" }, now);
    expect(ask("QueueRemove", ["Queue", "sales"], ["Interface", "NOTECH/77"])).toBe("Removed interface from queue");
  });
});
