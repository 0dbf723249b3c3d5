/**
 * An AMI server of any size for a connector under load. Its packets have the headers and sizes of Asterisk 22's. For a
 * call it sends the packets that pass the connector's filters (docs/BENCHMARKS.md, AMI traffic). Their meaning is
 * tested elsewhere.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export type BenchPbx = Readonly<{
  port: number;
  /** The bytes and packets that were sent to the connector. */
  sent: () => Readonly<{ bytes: number; packets: number }>;
  /** Pauses or unpauses an agent in one queue, with a reason. */
  pause: (agent: number, reason: string) => void;
  /** Plays one call, from the queue to its end, which talks for `talkMs`. Returns at once. */
  call: (agent: number, serial: number, talkMs: number) => void;
  stop: () => Promise<void>;
}>;

export type Size = Readonly<{ agents: number; queues: number; queuesPerAgent: number }>;

const packet = (...lines: readonly string[]) => `${lines.join("\r\n")}\r\n\r\n`;
const agentId = (agent: number) => `${1000 + agent}`;

export async function startBenchPbx({ agents, queues, queuesPerAgent }: Size): Promise<BenchPbx> {
  const sessions = new Set<Socket>();
  let bytes = 0;
  let packets = 0;
  const queuesOf = (agent: number) =>
    Array.from({ length: queuesPerAgent }, (_, index) => `q${(agent + index) % queues}`);
  const member = (agent: number, queue: string, paused = 0, reason = "") => [
    `Queue: ${queue}`,
    `Interface: PJSIP/${agentId(agent)}`,
    `MemberName: Agent ${agentId(agent)}`,
    `StateInterface: PJSIP/${agentId(agent)}`,
    "Membership: static",
    "Penalty: 0",
    "CallsTaken: 3",
    "LastCall: 1763890000",
    "LastPause: 0",
    "LoginTime: 1763880000",
    "InCall: 0",
    "Status: 1",
    `Paused: ${paused}`,
    `PausedReason: ${reason}`,
    "Ringinuse: 0",
    "Wrapuptime: 0",
  ];
  const lists: Readonly<Record<string, () => string[]>> = {
    QueueStatus: () => [
      ...Array.from({ length: queues }, (_, queue) =>
        packet(
          "Event: QueueParams",
          `Queue: q${queue}`,
          "Max: 0",
          "Strategy: ringall",
          "Calls: 0",
          "Holdtime: 5",
          "TalkTime: 60",
          "Completed: 10",
          "Abandoned: 1",
          "ServiceLevel: 20",
          "ServicelevelPerf: 90.0",
          "Weight: 0",
          "ActionID: @",
        ),
      ),
      ...Array.from({ length: agents }, (_, agent) =>
        queuesOf(agent).map((queue) =>
          packet(
            "Event: QueueMember",
            `Name: Agent ${agentId(agent)}`,
            `Location: PJSIP/${agentId(agent)}`,
            ...member(agent, queue),
            "ActionID: @",
          ),
        ),
      ).flat(),
    ],
    ExtensionStateList: () =>
      Array.from({ length: agents }, (_, agent) =>
        packet(
          "Event: ExtensionStatus",
          `Exten: ${agentId(agent)}`,
          "Context: agents",
          `Hint: PJSIP/${agentId(agent)}`,
          "Status: 0",
          "StatusText: Idle",
          "ActionID: @",
        ),
      ),
    DeviceStateList: () =>
      Array.from({ length: agents }, (_, agent) =>
        packet("Event: DeviceStateChange", `Device: PJSIP/${agentId(agent)}`, "State: NOT_INUSE", "ActionID: @"),
      ),
    CoreShowChannels: () => [],
    ParkedCalls: () => [],
  };

  function write(text: string, count: number): void {
    bytes += text.length;
    packets += count;
    for (const socket of sessions) socket.write(text, "latin1");
  }

  function answer(action: string, id: string): string {
    const success = ["Response: Success", `ActionID: ${id}`];
    const list = lists[action];
    if (list) {
      const items = list();
      packets += items.length + 2;
      return (
        packet(...success, "EventList: start") +
        items.join("").replaceAll("ActionID: @", `ActionID: ${id}`) +
        packet(`Event: ${action}Complete`, "EventList: Complete", `ListItems: ${items.length}`, `ActionID: ${id}`)
      );
    }
    packets += 1;
    if (action === "Challenge") return packet(...success, "Challenge: 123");
    if (action === "CoreSettings") return packet(...success, "AsteriskVersion: 22.10.1");
    if (action === "CoreStatus") return packet(...success, "CoreStartupDate: 2026-11-23");
    return packet(...success);
  }

  const server = createServer({ noDelay: true }, (socket) => {
    sessions.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sessions.delete(socket));
    socket.write("Asterisk Call Manager/11.0.0\r\n");
    let text = "";
    socket.on("data", (chunk) => {
      const actions = (text + chunk).split("\r\n\r\n");
      text = actions.pop() ?? "";
      for (const lines of actions) {
        const answered = answer(
          /^Action: (.*)$/m.exec(lines)?.[1]?.trim() ?? "",
          /^ActionID: (.*)$/m.exec(lines)?.[1]?.trim() ?? "",
        );
        bytes += answered.length;
        socket.write(answered, "latin1");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  /** With idle the queues send an event, too, with the counters of the call that has just ended. */
  function statusOf(agent: number, state: "RINGING" | "INUSE" | "NOT_INUSE"): string[] {
    const queues = state === "NOT_INUSE" ? queuesOf(agent) : [];
    return [
      packet("Event: DeviceStateChange", "Privilege: call,all", `Device: PJSIP/${agentId(agent)}`, `State: ${state}`),
      ...queues.map((queue) => packet("Event: QueueMemberStatus", "Privilege: agent,all", ...member(agent, queue))),
    ];
  }

  function call(agent: number, serial: number, talkMs: number): void {
    const [queue = "q0"] = queuesOf(agent);
    const linked = `1763890000.${serial * 2}`;
    const common = (channel: string, unique: string) => [
      `Channel: ${channel}`,
      "ChannelState: 6",
      "ChannelStateDesc: Up",
      "CallerIDNum: +14155550100",
      "CallerIDName: Alice Caller",
      "ConnectedLineNum: <unknown>",
      "ConnectedLineName: <unknown>",
      "Language: en",
      "AccountCode: ",
      "Context: from-trunk",
      "Exten: 5001",
      "Priority: 6",
      `Uniqueid: ${unique}`,
      `Linkedid: ${linked}`,
    ];
    const caller = common(`PJSIP/trunk-${serial.toString(16)}`, linked);
    const phone = common(`PJSIP/${agentId(agent)}-${serial.toString(16)}`, `1763890000.${serial * 2 + 1}`);
    const both = [...caller, ...phone.map((line) => `Dest${line}`), ...member(agent, queue).slice(0, 3)];
    const bridge = [
      `BridgeUniqueid: b-${serial}`,
      "BridgeType: basic",
      "BridgeTechnology: simple_bridge",
      "BridgeCreator: <unknown>",
      "BridgeName: <unknown>",
      "BridgeNumChannels: 2",
      "BridgeVideoSourceMode: none",
    ];
    const sendAll = (list: readonly string[]) => write(list.join(""), list.length);
    sendAll([
      packet("Event: QueueCallerJoin", "Privilege: agent,all", ...caller, `Queue: ${queue}`, "Position: 1", "Count: 1"),
    ]);
    setTimeout(
      () => sendAll([packet("Event: AgentCalled", "Privilege: agent,all", ...both), ...statusOf(agent, "RINGING")]),
      200,
    );
    setTimeout(() => {
      sendAll(statusOf(agent, "INUSE"));
      sendAll([
        packet(
          "Event: QueueCallerLeave",
          "Privilege: agent,all",
          ...caller,
          `Queue: ${queue}`,
          "Position: 1",
          "Count: 0",
        ),
      ]);
      sendAll([
        packet("Event: BridgeEnter", "Privilege: call,all", ...bridge, ...phone),
        packet("Event: BridgeEnter", "Privilege: call,all", ...bridge, ...caller),
      ]);
    }, 1_200);
    setTimeout(() => {
      sendAll([packet("Event: HangupRequest", "Privilege: call,all", ...caller)]);
      sendAll([
        packet(
          "Event: AgentComplete",
          "Privilege: agent,all",
          ...both,
          "HoldTime: 1",
          `TalkTime: ${Math.round(talkMs / 1000)}`,
          "Reason: caller",
        ),
      ]);
      sendAll([packet("Event: Hangup", "Privilege: call,all", ...caller, "Cause: 16", "Cause-txt: Normal Clearing")]);
      sendAll([
        packet("Event: BridgeDestroy", "Privilege: call,all", ...bridge),
        packet("Event: Hangup", "Privilege: call,all", ...phone, "Cause: 16", "Cause-txt: Normal Clearing"),
      ]);
      sendAll(statusOf(agent, "NOT_INUSE"));
    }, 1_200 + talkMs);
  }

  return {
    port: (server.address() as AddressInfo).port,
    sent: () => ({ bytes, packets }),
    pause: (agent, reason) => {
      const [queue = "q0"] = queuesOf(agent);
      write(packet("Event: QueueMemberPause", "Privilege: agent,all", ...member(agent, queue, 1, reason)), 1);
    },
    call,
    stop: async () => {
      server.close();
      for (const socket of sessions) socket.destroy();
      await once(server, "close");
    },
  };
}
