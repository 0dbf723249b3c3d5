/**
 * A scripted AMI server for the tests of the whole connector: one queue `support` with one member and its callers, and
 * the lists of a regeneration. It does not model Asterisk; the meaning of AMI's events is tested with recordings.
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export type ScriptedAsterisk = Readonly<{
  port: number;
  /** A caller joins the queue; every session gets the event. */
  join: (uniqueId: string) => void;
  /** The call of a served caller ends (EV6). */
  complete: (uniqueId: string) => void;
  pause: (paused: boolean) => void;
  /** Pauses the member without sending the event. */
  pauseSilently: (paused: boolean) => void;
  /** Breaks every session and accepts new ones. */
  cut: () => void;
  /** The headers of every received action of this name. */
  actions: (name: string) => readonly ReadonlyMap<string, string>[];
  /** How many sessions were opened since the start. */
  sessions: () => number;
  stop: () => Promise<void>;
}>;

type State = { waiting: string[]; paused: boolean; completed: number };

const memberInterface = "PJSIP/1001";

export async function startScriptedAsterisk(waiting: readonly string[] = [], completed = 0): Promise<ScriptedAsterisk> {
  const state: State = { waiting: [...waiting], paused: false, completed };
  const sessions = new Set<Socket>();
  const actions: ReadonlyMap<string, string>[] = [];
  let opened = 0;
  const server = createServer((socket) => {
    opened += 1;
    sessions.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sessions.delete(socket));
    serve(socket, state, actions);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  const send = (...lines: string[]) => {
    for (const socket of sessions) socket.write(packet(...lines));
  };
  const cut = () => {
    for (const socket of sessions) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    join: (uniqueId) => {
      state.waiting.push(uniqueId);
      send("Event: QueueCallerJoin", "Queue: support", `Count: ${state.waiting.length}`, ...channel(uniqueId));
    },
    complete: (uniqueId) => {
      const outcome = ["HoldTime: 2", "TalkTime: 4", "Reason: caller"];
      send("Event: AgentComplete", "Queue: support", `Interface: ${memberInterface}`, ...outcome, ...channel(uniqueId));
    },
    pause: (paused) => {
      state.paused = paused;
      send("Event: QueueMemberPause", `Interface: ${memberInterface}`, "MemberName: Ann Agent", ...memberOf(state));
    },
    pauseSilently: (paused) => {
      state.paused = paused;
    },
    cut,
    actions: (name) => actions.filter((action) => action.get("Action") === name),
    sessions: () => opened,
    stop: async () => {
      server.close();
      cut();
      await once(server, "close");
    },
  };
}

function serve(socket: Socket, state: State, received: ReadonlyMap<string, string>[]): void {
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
    const packets = text.split("\r\n\r\n");
    text = packets.pop() ?? "";
    for (const action of packets.map((lines) => new Map(lines.split("\r\n").map(header)))) {
      received.push(action);
      socket.write(answer(action, state));
    }
  });
}

function answer(action: ReadonlyMap<string, string>, state: State): string {
  const id = `ActionID: ${action.get("ActionID")}`;
  const success = ["Response: Success", id];
  const list = (complete: string, ...items: string[][]) =>
    packet(...success, "EventList: start") +
    items.map((item) => packet(...item, id)).join("") +
    packet(`Event: ${complete}`, "EventList: Complete", id);
  switch (action.get("Action")) {
    case "Challenge":
      return packet(...success, "Challenge: 123");
    case "CoreSettings":
      return packet(...success, "AsteriskVersion: 22.10.1");
    case "CoreStatus":
      return packet(...success, "CoreStartupDate: 2026-11-23");
    case "QueueStatus":
      return list("QueueStatusComplete", ...queueStatus(state));
    case "CoreShowChannels":
    case "ExtensionStateList":
    case "DeviceStateList":
    case "ParkedCalls":
      return list(`${action.get("Action")}Complete`);
    default:
      return packet(...success);
  }
}

function queueStatus(state: State): string[][] {
  const queue = "Queue: support";
  const counts = [
    `Calls: ${state.waiting.length}`,
    `Completed: ${state.completed}`,
    "Abandoned: 0",
    "ServiceLevel: 60",
  ];
  return [
    ["Event: QueueParams", queue, ...counts],
    ["Event: QueueMember", "Name: Ann Agent", `Location: ${memberInterface}`, ...memberOf(state)],
    ...state.waiting.map((uniqueId) => ["Event: QueueEntry", queue, "Wait: 5", ...channel(uniqueId)]),
  ];
}

function memberOf({ paused }: State): string[] {
  return ["Queue: support", "Penalty: 0", "Status: 1", `Paused: ${paused ? 1 : 0}`, "PausedReason: "];
}

function channel(uniqueId: string): string[] {
  const ids = [`Channel: PJSIP/trunk-${uniqueId}`, `Uniqueid: ${uniqueId}`, `Linkedid: ${uniqueId}`];
  return [...ids, "CallerIDNum: +15005550100", "CallerIDName: Alice", "ConnectedLineNum: <unknown>"];
}

function packet(...lines: string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function header(line: string): [string, string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}
