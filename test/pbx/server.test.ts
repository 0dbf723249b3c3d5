/** The simulated PBX on its port: the answers that a manager gets, what his filters let through, and how it goes away. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { eventFilters } from "../../connector/src/ami/filter.ts";
import { type SimulatedPbx, startPbx } from "./start.ts";

type Manager = Readonly<{
  socket: Socket;
  text: () => string;
  ask: (...lines: string[]) => void;
  until: (part: string) => Promise<void>;
}>;

const running: SimulatedPbx[] = [];
afterEach(async () => {
  for (const pbx of running.splice(0)) await pbx.stop();
});

async function start(): Promise<SimulatedPbx> {
  const pbx = await startPbx();
  running.push(pbx);
  return pbx;
}

async function connectTo({ port }: SimulatedPbx): Promise<Manager> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
  });
  socket.on("error", () => {});
  await once(socket, "connect");
  return {
    socket,
    text: () => text,
    ask: (...lines) => socket.write(`${lines.join("\r\n")}\r\n\r\n`),
    until: async (part) => {
      while (!text.includes(part)) await once(socket, "data");
    },
  };
}

async function logIn(pbx: SimulatedPbx): Promise<Manager> {
  const manager = await connectTo(pbx);
  manager.ask("Action: Login", `Username: ${pbx.username}`, `Secret: ${pbx.secret}`);
  await manager.until("Event: FullyBooted");
  return manager;
}

/** The channel's state in each NewConnectedLine. */
const connectedLines = (text: string) =>
  [...text.matchAll(/Event: NewConnectedLine.*?ChannelStateDesc: (\w+)/gs)].map(([, state]) => state);

describe("the simulated PBX", () => {
  it("greets, refuses a wrong secret and closes", async () => {
    const pbx = await start();
    const manager = await connectTo(pbx);
    manager.ask("Action: QueueStatus", "ActionID: 1");
    manager.ask("Action: Login", "ActionID: 2", "Username: pbxis", "Secret: wrong");
    await once(manager.socket, "close");
    expect(manager.text()).toBe(
      "Asterisk Call Manager/11.0.0\r\n" +
        "Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n" +
        "Response: Error\r\nActionID: 2\r\nMessage: Authentication failed\r\n\r\n",
    );
  });

  it("refuses an unknown action, and lists with the ActionID", async () => {
    const manager = await logIn(await start());
    manager.ask("Action: NoSuchAction", "ActionID: 3");
    manager.ask("Action: QueueStatus", "ActionID: 4");
    await manager.until("Event: QueueStatusComplete\r\nActionID: 4\r\nEventList: Complete\r\nListItems: 8\r\n");
    expect(manager.text()).toContain(
      "Response: Error\r\nActionID: 3\r\nMessage: Invalid/unknown command: NoSuchAction.",
    );
  });

  it("an action's consequences come after its answer", async () => {
    const manager = await logIn(await start());
    manager.ask("Action: QueuePause", "ActionID: 5", "Interface: PJSIP/1001", "Paused: true", "Reason: Lunch");
    await manager.until("PausedReason: Lunch");
    const answer = manager.text().indexOf("Message: Interface paused successfully");
    expect(answer).toBeGreaterThan(0);
    expect(manager.text().indexOf("Event: QueueMemberPause")).toBeGreaterThan(answer);
  });

  it("the connector's own filters keep away the trunk's device and connected lines while it rings", async () => {
    const pbx = await start();
    const [filtered, all] = [await logIn(pbx), await logIn(pbx)];
    for (const filter of eventFilters())
      filtered.ask("Action: Filter", "Operation: Add", `Filter: ${filter}`, "ActionID: f");
    filtered.ask("Action: Ping", "ActionID: 6");
    await filtered.until("Ping: Pong");
    pbx.call({ queue: "sales", number: "+14155550100", name: "Alice" });
    expect(pbx.answer("1003")).toBe(true);
    for (const manager of [filtered, all]) await manager.until("BridgeNumChannels: 2");
    expect(all.text()).toContain("Device: PJSIP/trunk");
    expect(filtered.text()).not.toContain("Device: PJSIP/trunk");
    expect(filtered.text()).toContain("Device: PJSIP/1003");
    expect(connectedLines(all.text())).toContain("Ringing");
    expect(new Set(connectedLines(filtered.text()))).toEqual(new Set(["Up"]));
  });

  it("says that it shuts down, closes, and is another PBX afterwards", async () => {
    const pbx = await start();
    const manager = await logIn(pbx);
    pbx.call({ queue: "support", number: "5550123" });
    expect(pbx.truth().queues.support?.waiting).toBe(1);
    const closed = once(manager.socket, "close");
    await pbx.restart();
    await closed;
    expect(manager.text()).toContain(
      "Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: True\r\n",
    );
    expect(pbx.truth().queues.support?.waiting).toBe(0);
    await logIn(pbx);
  });
});
