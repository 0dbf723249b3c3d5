/** The simulated PBX on its port: responses, event filters, permissions, held responses and restart. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { eventFilters } from "../../../connector/src/ami/link/filter.ts";
import { type PbxOptions, type SimulatedPbx, startPbx } from "../start.ts";

type Manager = Readonly<{
  socket: Socket;
  text: () => string;
  send: (...lines: string[]) => void;
  until: (part: string) => Promise<void>;
}>;

const running: SimulatedPbx[] = [];
afterEach(async () => {
  for (const pbx of running.splice(0)) await pbx.stop();
});

async function start(options: PbxOptions = {}): Promise<SimulatedPbx> {
  const pbx = await startPbx(options);
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
    send: (...lines) => socket.write(`${lines.join("\r\n")}\r\n\r\n`),
    until: async (part) => {
      while (!text.includes(part)) await once(socket, "data");
    },
  };
}

async function logIn(pbx: SimulatedPbx): Promise<Manager> {
  const manager = await connectTo(pbx);
  manager.send("Action: Login", `Username: ${pbx.username}`, `Secret: ${pbx.secret}`);
  await manager.until("Event: FullyBooted");
  return manager;
}

/** The channel's state in each NewConnectedLine. */
const connectedLines = (text: string) =>
  [...text.matchAll(/Event: NewConnectedLine.*?ChannelStateDesc: (\w+)/gs)].map(([, state]) => state);

describe("the simulated PBX", () => {
  it("greets, refuses a wrong secret and closes the connection", async () => {
    const pbx = await start();
    const manager = await connectTo(pbx);
    manager.send("Action: QueueStatus", "ActionID: 1");
    manager.send("Action: Login", "ActionID: 2", "Username: pbxis", "Secret: wrong");
    await once(manager.socket, "close");
    expect(manager.text()).toBe(
      "Asterisk Call Manager/11.0.0\r\n" +
        "Response: Error\r\nActionID: 1\r\nMessage: Permission denied\r\n\r\n" +
        "Response: Error\r\nActionID: 2\r\nMessage: Authentication failed\r\n\r\n",
    );
  });

  it("refuses an unknown action, and repeats the ActionID in lists", async () => {
    const manager = await logIn(await start());
    manager.send("Action: NoSuchAction", "ActionID: 3");
    manager.send("Action: QueueStatus", "ActionID: 4");
    await manager.until("Event: QueueStatusComplete\r\nActionID: 4\r\nEventList: Complete\r\nListItems: 8\r\n");
    expect(manager.text()).toContain(
      "Response: Error\r\nActionID: 3\r\nMessage: Invalid/unknown command: NoSuchAction.",
    );
  });

  it("an action's events follow its response", async () => {
    const manager = await logIn(await start());
    manager.send("Action: QueuePause", "ActionID: 5", "Interface: PJSIP/1001", "Paused: true", "Reason: Lunch");
    await manager.until("PausedReason: Lunch");
    const answer = manager.text().indexOf("Message: Interface paused successfully");
    expect(answer).toBeGreaterThan(0);
    expect(manager.text().indexOf("Event: QueueMemberPause")).toBeGreaterThan(answer);
  });

  it("the connector's event filters exclude the trunk's device and redundant NewConnectedLine events", async () => {
    const pbx = await start();
    const [filtered, all] = [await logIn(pbx), await logIn(pbx)];
    for (const filter of eventFilters())
      filtered.send("Action: Filter", "Operation: Add", `Filter: ${filter}`, "ActionID: f");
    filtered.send("Action: Ping", "ActionID: 6");
    await filtered.until("Ping: Pong");
    pbx.call({ queue: "sales", number: "+14155550100", name: "Alice" });
    expect(pbx.answer("1003")).toBe(true);
    for (const manager of [filtered, all]) await manager.until("BridgeNumChannels: 2");
    expect(all.text()).toContain("Device: PJSIP/trunk");
    expect(filtered.text()).not.toContain("Device: PJSIP/trunk");
    expect(filtered.text()).toContain("Device: PJSIP/1003");
    expect(connectedLines(all.text())).toContain("Ringing");
    // The caller's NewConnectedLine is redundant: the bridge shows the agent.
    expect(connectedLines(all.text())).toContain("Up");
    expect(connectedLines(filtered.text())).toEqual([]);
  });

  it("an account may use the actions of its write classes, and ListCommands lists them", async () => {
    const pbx = await start({ write: ["reporting", "agent"] });
    const manager = await logIn(pbx);
    manager.send("Action: ListCommands", "ActionID: 7");
    manager.send("Action: Originate", "ActionID: 8", "Channel: PJSIP/1001", "Exten: 1002", "Async: true");
    await manager.until("ActionID: 8\r\nMessage: Permission denied\r\n\r\n");
    const list = /ActionID: 7\r\n(.*?)\r\n\r\n/s.exec(manager.text())?.[1] ?? "";
    const names = list
      .split("\r\n")
      .map((line) => /^(\w+): [^:]+ {2}\(Priv: (?:<none>|[a-z,]+,all)\)$/.exec(line)?.[1]);
    expect(names).toEqual(expect.arrayContaining(["Getvar", "ListCommands", "QueueAdd", "QueueReset"]));
    for (const name of [undefined, "Originate", "Redirect", "Park", "Hangup", "Filter"])
      expect(names).not.toContain(name);
    expect(pbx.actions("originate").map((action) => action.get("Exten"))).toEqual(["1002"]);
  });

  it("answers DIALPLAN_EXISTS for known and unknown extensions", async () => {
    const manager = await logIn(await start());
    const extensions = [
      "default,1002",
      "default,5001",
      "default,77",
      "agents,5001",
      "nosuch,1002",
      "default,14155550100",
    ];
    for (const [index, exten] of extensions.entries())
      manager.send("Action: Getvar", `ActionID: v${index}`, `Variable: DIALPLAN_EXISTS(${exten},1)`);
    await manager.until("ActionID: v5\r\nVariable: DIALPLAN_EXISTS(default,14155550100,1)\r\nValue: ");
    expect([...manager.text().matchAll(/Value: (.*)\r\n/g)].map(([, value]) => value)).toEqual([..."110001"]);
  });

  it("answers Park with an additional line feed, and discards lines that are too long", async () => {
    const pbx = await start();
    const manager = await logIn(pbx);
    pbx.call({ queue: "sales", number: "5550123" });
    pbx.answer("1003");
    await manager.until("BridgeNumChannels: 2");
    const channel = /Channel: (PJSIP\/trunk-\w+)/.exec(manager.text())?.[1];
    manager.send("Action: Park", "ActionID: 9", `Channel: ${channel}`, `Timeout: ${"0".repeat(1100)}1`);
    await manager.until("Event: ParkedCall");
    expect(manager.text()).toContain("ActionID: 9\r\nMessage: Park successful\n\r\n\r\n");
    expect(manager.text()).toContain("ParkingTimeout: 30\r\n");
  });

  it("holds back responses until they are released, while the actions take effect", async () => {
    const pbx = await start();
    const manager = await logIn(pbx);
    const held = pbx.holdAnswers("QueuePause", "QueueStatus");
    manager.send("Action: QueuePause", "ActionID: 10", "Interface: PJSIP/1003", "Paused: true");
    manager.send("Action: QueueStatus", "ActionID: 11");
    manager.send("Action: Ping", "ActionID: 12");
    await manager.until("ActionID: 12\r\nPing: Pong");
    expect(manager.text()).toContain("Event: QueueMemberPause");
    expect(manager.text()).not.toMatch(/ActionID: 1[01]/);
    expect([pbx.actions("QueuePause").length, held.held() > 2]).toEqual([1, true]);
    held.release();
    await manager.until("Event: QueueStatusComplete\r\nActionID: 11");
    expect(manager.text().indexOf("ActionID: 10")).toBeLessThan(manager.text().indexOf("ActionID: 11"));
    manager.send("Action: QueuePause", "ActionID: 13", "Interface: PJSIP/1003", "Paused: false");
    await manager.until("ActionID: 13\r\nMessage: Interface unpaused successfully");
    expect(held.held()).toBe(0);
  });

  it("releasing a held response after its connection has closed has no effect", async () => {
    const pbx = await start();
    const manager = await logIn(pbx);
    const held = pbx.holdAnswers();
    manager.send("Action: QueuePause", "ActionID: 14", "Interface: PJSIP/1003", "Paused: true");
    await manager.until("Event: QueueMemberPause");
    const closed = once(manager.socket, "close");
    pbx.cutConnections();
    await closed;
    held.release();
    expect(pbx.truth().queues.sales?.members["1003"]?.paused).toBe(true);
    expect(manager.text()).not.toContain("ActionID: 14");
  });

  it("a restart sends Shutdown, closes the connections and starts with a new PBX", async () => {
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
