/** AMI actions on the simulated PBX beyond the recorded stories: scripted phones, variables, transfers, refusals. */
import { beforeEach, describe, expect, it } from "vitest";
import { createPbx, type Pbx } from "../core.ts";
import type { Packet } from "../packet.ts";
import { defaultAgents, defaultQueues } from "../start.ts";
import type { Channel } from "../state.ts";
import { channelOf, performRequest } from "../story.ts";
import { assignments, variableOf } from "../variables.ts";
import { actionRequest } from "./request.ts";

let now: number;
let pbx: Pbx;

beforeEach(() => {
  now = 1_795_425_023_000;
  pbx = createPbx(defaultQueues, defaultAgents, now);
});

type Headers = readonly (readonly [string, string])[];

/** The response's message, prefixed with `Error: ` for a refusal. */
function request(action: string, ...headers: Headers): string {
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
  return request("Originate", ...where, ["Async", "true"], ["ChannelId", "own-1"], ...more);
}

/** Lets time pass in steps of the server's interval. */
function pass(ms: number): void {
  for (const end = now + ms; now < end; ) {
    now += 250;
    pbx.tick(now);
  }
}

/** The values of these headers in each emitted event of that name. */
function emitted(event: string, ...names: string[]): unknown[] {
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

describe("scripted phones", () => {
  it("answer after a delay, and outside numbers answer by default", () => {
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

  it("that never answer ring until the Dial or the Originate times out", () => {
    pbx.run({ kind: "behave", phone: "1001", behaviour: { kind: "noAnswer" } }, now);
    originate("1002", ["Timeout", "3000"]);
    pass(2750);
    expect(status("1001")).toBe("ringing");
    pass(250);
    expect(emitted("OriginateResponse", "Response", "Reason", "Uniqueid")).toEqual([["Failure", 3, "own-1"]]);
    pbx.run({ kind: "direct", agent: "1001", to: "1002" }, now);
    pass(29_750);
    expect(status("1002")).toBe("ringing");
    pass(250);
    expect([status("1001"), status("1002")]).toEqual(["not_inuse", "not_inuse"]);
  });

  it("answer and refuse calls of a queue", () => {
    pbx.run({ kind: "behave", phone: "1001", behaviour: { kind: "busy" } }, now);
    pbx.run({ kind: "behave", phone: "1002", behaviour: { kind: "answer", afterMs: 1000 } }, now);
    pbx.run({ kind: "call", queue: "support", number: "5550100", name: "" }, now);
    pass(250);
    expect(status("1001")).toBe("not_inuse");
    pass(750);
    expect([status("1002"), pbx.truth().agents["1002"]?.number]).toEqual(["inuse", "5550100"]);
  });

  it("are busy while they have a call", () => {
    talk("1001");
    pbx.take();
    originate("1003");
    expect(emitted("Hangup", "Uniqueid", "Cause")).toEqual([["own-1", 17]]);
    expect(pbx.truth().agents["1001"]?.number).toBe("+14155550100");
  });
});

describe("originate", () => {
  it("sets variables, of which the dialed channel inherits those with leading underscores", () => {
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

  it("an escaped value arrives unchanged", () => {
    for (const value of ["", "a,b", 'q"u"o', "b\\s", ")([", " sp ", "a=b;c'", "Zoë"])
      expect(assignments(`CRM=${value.replace(/[\\",]/g, "\\$&")}`)).toEqual([["CRM", value]]);
  });

  it.each([
    ['"Zoë Ü" <5551234>', "5551234", "Zoë Ü"],
    ["Name <123>", "123", "Name"],
    ["5551234", "5551234", "Ann Agent"],
    ["", "1001", "Ann Agent"],
  ])("CallerID %s is shown to both parties", (callerId, number, name) => {
    originate("1002", ...(callerId ? [["CallerID", callerId] as const] : []));
    expect([only("PJSIP/1001").callerNumber, only("PJSIP/1001").callerName]).toEqual([number, name]);
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect([only("PJSIP/1002").connectedNumber, only("PJSIP/1002").connectedName]).toEqual([number, name]);
  });

  it("is refused without a valid extension, and fails without a phone", () => {
    expect(originate("77")).toBe("Error: Extension does not exist.");
    expect(originate("1002", ["Context", "nosuch"])).toBe("Error: Extension does not exist.");
    expect(originate("1002", ["Channel", "PJSIP/9999"])).toBe("Originate successfully queued");
    const packets = pbx.take();
    expect(packets).toHaveLength(1);
    expect(packets[0]).toEqual(
      expect.arrayContaining([
        ["ActionID", "a1"],
        ["Reason", 0],
        ["Uniqueid", "own-1"],
      ]),
    );
  });

  it("can dial a queue", () => {
    originate("5002");
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect(pbx.truth().queues.sales?.waiting).toBe(1);
    expect(pbx.run({ kind: "answer", agent: "1003" }, now)).toBe(true);
    expect(pbx.truth().agents["1003"]?.number).toBe("1001");
  });
});

describe("redirect, park, hangup", () => {
  const redirect = (name: string, to: string) =>
    request("Redirect", ["Channel", name], ["Context", "default"], ["Exten", to], ["Priority", "1"]);

  it("a caller redirected to another queue is counted by both queues at the end of the call", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/trunk"), "5002")).toBe("Redirect successful");
    expect([pbx.truth().queues.sales?.waiting, status("1001")]).toEqual([1, "not_inuse"]);
    pbx.run({ kind: "answer", agent: "1003" }, now);
    pbx.take();
    pbx.run({ kind: "hangup", agent: "1003" }, now);
    expect(emitted("AgentComplete", "Queue", "Reason")).toEqual([
      ["sales", "agent"],
      ["support", "caller"],
    ]);
  });

  it("a redirect to an unknown extension answers Success and ends the call, which is why the connector checks DIALPLAN_EXISTS first", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/trunk"), "77")).toBe("Redirect successful");
    expect(pbx.state.channels.size).toBe(0);
  });

  it("redirecting the agent's channel hangs the caller up", () => {
    talk("1001");
    expect(redirect(channel("PJSIP/1001"), "1002")).toBe("Redirect successful");
    expect([status("1001"), status("1002"), channel("PJSIP/trunk")]).toEqual(["inuse", "ringing", "none"]);
  });

  it("redirecting a waiting caller removes the caller from the queue", () => {
    pbx.run({ kind: "call", queue: "support", number: "5550100", name: "" }, now);
    redirect(channel("PJSIP/trunk"), "1003");
    expect([pbx.truth().queues.support?.waiting, status("1001"), status("1003")]).toEqual([0, "not_inuse", "ringing"]);
  });

  it("a parked call without a parker ends at the time-out", () => {
    talk("1001");
    expect(request("Park", ["Channel", channel("PJSIP/trunk")], ["Timeout", "4000"])).toBe("Park successful");
    expect([pbx.truth().parked, status("1001")]).toEqual([{ "701": "+14155550100" }, "not_inuse"]);
    pass(3750);
    pbx.take();
    pass(250);
    expect(emitted("ParkedCallTimeOut", "ParkingSpace")).toEqual([["701"]]);
    expect(pbx.state.channels.size).toBe(0);
  });

  it("the agent who hears the space announced hangs up; the agent who dials it gets the call", () => {
    talk("1001");
    request("Park", ["Channel", channel("PJSIP/trunk")], ["TimeoutChannel", channel("PJSIP/1001")]);
    expect([status("1001"), pbx.truth().agents["1001"]?.number]).toEqual(["inuse", null]);
    pass(2500);
    expect(status("1001")).toBe("not_inuse");
    pbx.take();
    originate("701");
    pbx.run({ kind: "answer", agent: "1001" }, now);
    expect(emitted("UnParkedCall", "ParkingSpace", "RetrieverUniqueid")).toEqual([["701", "own-1"]]);
    expect(pbx.truth().agents["1001"]?.number).toBe("+14155550100");
  });

  it("Hangup accepts a channel's name and its Uniqueid", () => {
    originate("1002");
    expect(request("Hangup", ["Channel", "own-1"])).toBe("Channel Hungup");
    expect(emitted("OriginateResponse", "Response", "Reason")).toEqual([["Failure", 0]]);
    talk("1001");
    expect(request("Hangup", ["Channel", channel("PJSIP/1001")])).toBe("Channel Hungup");
    expect(pbx.state.channels.size).toBe(0);
  });

  it("actions on an unknown channel are refused", () => {
    const gone = [["Channel", "PJSIP/gone-1"]] as const;
    expect(redirect("PJSIP/gone-1", "1002")).toBe("Error: Channel does not exist: PJSIP/gone-1");
    expect(request("Park", ...gone)).toBe("Error: Channel does not exist: PJSIP/gone-1");
    expect(request("Hangup", ...gone)).toBe("Error: No such channel");
  });
});

describe("queues", () => {
  it("QueueReset resets the counts of one queue or of all, and succeeds for an unknown queue", () => {
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
    expect(request("QueueReset", ["Queue", "nosuch"])).toBe("Queue stats reset successfully");
    expect(request("QueueReset", ["Queue", "support"])).toBe("Queue stats reset successfully");
    expect([completed(), taken()]).toEqual([
      [0, 1],
      [0, 1],
    ]);
    request("QueueReset");
    expect([completed(), taken()]).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it("QueuePenalty and QueuePause without a queue change all memberships of the agent", () => {
    expect(request("QueuePenalty", ["Interface", "PJSIP/1005"], ["Penalty", "4"])).toBe(
      "Interface penalty set successfully",
    );
    request("QueuePause", ["Interface", "PJSIP/1005"], ["Paused", "1"], ["Reason", "Lunch"]);
    const all = { paused: true, reason: "Lunch", penalty: 4 };
    for (const queue of ["support", "sales"]) expect(pbx.truth().queues[queue]?.members["1005"]).toEqual(all);
  });

  it("refusals have Asterisk's messages", () => {
    const someone = ["Interface", "PJSIP/1001"] as const;
    expect(request("QueuePenalty", someone, ["Penalty", "-1"])).toBe("Error: Invalid interface, queuename or penalty");
    expect(request("QueuePenalty", ["Interface", "PJSIP/77"], ["Penalty", "1"])).toBe(
      "Error: Invalid interface, queuename or penalty",
    );
    expect(request("QueueRemove", ["Queue", "nosuch"], someone)).toBe(
      "Error: Unable to remove interface from queue: No such queue",
    );
    expect(request("QueueAdd", ["Queue", "support"], someone)).toBe("Error: Unable to add interface: Already there");
  });

  it("QueueAdd accepts any interface; a member without a phone is unavailable", () => {
    expect(request("QueueAdd", ["Queue", "sales"], ["Interface", "NOTECH/77"], ["MemberName", 'A, "B" <c>'])).toBe(
      "Added interface to queue",
    );
    expect(emitted("QueueMemberAdded", "MemberName", "Status")).toEqual([['A, "B" <c>', 5]]);
    pbx.run({ kind: "call", queue: "sales", number: "5550100", name: "" }, now);
    expect(request("QueueRemove", ["Queue", "sales"], ["Interface", "NOTECH/77"])).toBe("Removed interface from queue");
  });
});
