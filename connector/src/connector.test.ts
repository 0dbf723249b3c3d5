/** The wiring: a few lines of AMI on one side, a few of the site's on the other, both by real sockets on loopback. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { ConnectorFrame, Event } from "@pbxis/shared";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type Config, parseConfig } from "./config.ts";
import { type Connector, startConnector } from "./connector.ts";

/** The queue's callers, which its list tells. */
let waiting: readonly string[];
let asterisk: Server;
let amiPort: number;
let amiSockets: Socket[];
let site: WebSocketServer;
let uplinks: WebSocket[];
let frames: ConnectorFrame[];
/** What the site has of the connector's epoch. */
let through: number | null;
let connector: Connector | undefined;

beforeEach(async () => {
  waiting = [];
  amiSockets = [];
  uplinks = [];
  frames = [];
  through = null;
  asterisk = createServer(serveAmi).listen(0, "127.0.0.1");
  site = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  site.on("connection", serveUplink);
  await Promise.all([once(asterisk, "listening"), once(site, "listening")]);
  amiPort = (asterisk.address() as AddressInfo).port;
});

afterEach(async () => {
  await connector?.stop();
  for (const socket of amiSockets) socket.destroy();
  for (const socket of uplinks) socket.terminate();
  asterisk.close();
  site.close();
});

const packet = (...lines: string[]) => `${lines.join("\r\n")}\r\n\r\n`;

function serveAmi(socket: Socket): void {
  amiSockets.push(socket);
  socket.on("error", () => {});
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  let text = "";
  socket.on("data", (bytes) => {
    text += bytes;
    const actions = text.split("\r\n\r\n");
    text = actions.pop() ?? "";
    for (const action of actions) socket.write(answer(new Map(action.split("\r\n").map(field))));
  });
}

function field(line: string): [string, string] {
  const colon = line.indexOf(": ");
  return [line.slice(0, colon), line.slice(colon + 2)];
}

function answer(action: ReadonlyMap<string, string>): string {
  const id = `ActionID: ${action.get("ActionID")}`;
  const success = ["Response: Success", id];
  const list = (name: string, ...items: string[]) =>
    packet(...success, "EventList: start") + items.join("") + packet(`Event: ${name}`, "EventList: Complete", id);
  switch (action.get("Action")) {
    case "Challenge":
      return packet(...success, "Challenge: 123");
    case "CoreSettings":
      return packet(...success, "AsteriskVersion: 22.10.1");
    case "CoreStatus":
      return packet(...success, "CoreStartupDate: 2026-11-23");
    case "QueueStatus":
      return list(
        "QueueStatusComplete",
        packet(
          "Event: QueueParams",
          "Queue: support",
          `Calls: ${waiting.length}`,
          "Completed: 0",
          "Abandoned: 0",
          "ServiceLevel: 60",
          "ServicelevelPerf: 0.0",
          "Holdtime: 0",
          "TalkTime: 0",
          id,
        ),
        ...waiting.map((uniqueId) =>
          packet(
            "Event: QueueEntry",
            "Queue: support",
            `Channel: PJSIP/trunk-${uniqueId}`,
            `Uniqueid: ${uniqueId}`,
            "Wait: 5",
            id,
          ),
        ),
      );
    case "CoreShowChannels":
      return list("CoreShowChannelsComplete");
    case "ExtensionStateList":
      return list("ExtensionStateListComplete");
    case "DeviceStateList":
      return list("DeviceStateListComplete");
    default:
      return packet(...success);
  }
}

function serveUplink(socket: WebSocket): void {
  uplinks.push(socket);
  socket.on("message", (data) => {
    if (String(data) === "ping") return socket.send("pong");
    const frame: ConnectorFrame = JSON.parse(String(data));
    frames.push(frame);
    if (frame.type === "hello") return socket.send(JSON.stringify({ type: "welcome", protocol: 1, through }));
    through = frame.sequence;
    return socket.send(JSON.stringify({ type: "ack", through }));
  });
}

function start(): void {
  const settings = parseConfig({
    PBXIS_SITE: "hq",
    PBXIS_EDGE_URL: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    PBXIS_TOKEN: "token",
    AMI_PORT: String(amiPort),
    AMI_USERNAME: "pbxis",
    AMI_SECRET: "secret",
  });
  const config = (settings as { config: Config }).config;
  connector = startConnector(config, "0.1.0", pino({ level: "silent" }));
}

const told = (frame: ConnectorFrame | undefined): readonly Event[] => (frame && "events" in frame ? frame.events : []);
const countsTold = (after = 0) =>
  frames
    .slice(after)
    .flatMap(told)
    .flatMap((event) => (event.type === "queueCount" ? [event.count] : []));
const linksTold = () => frames.flatMap((frame) => ("ami" in frame ? [frame.ami.up] : []));
const until = (what: () => boolean) => expect.poll(what, { timeout: 5_000, interval: 5 }).toBe(true);

function join(uniqueId: string): void {
  waiting = [...waiting, uniqueId];
  const lines = ["Event: QueueCallerJoin", "Queue: support", `Count: ${waiting.length}`, `Uniqueid: ${uniqueId}`];
  const channel = ["CallerIDNum: 555", "CallerIDName: Sue", "ConnectedLineNum: <unknown>", `Linkedid: ${uniqueId}`];
  amiSockets.at(-1)?.write(packet(...lines, `Channel: PJSIP/trunk-${uniqueId}`, ...channel));
}

it("UP4 what AMI lists is the first snapshot; what happens then follows", async () => {
  waiting = ["1.1"];
  start();
  await until(() => frames.length >= 2);
  expect(frames.slice(0, 2).map(({ type }) => type)).toEqual(["hello", "snapshot"]);
  expect(frames[1]).toMatchObject({ more: false, lost: 0, ami: { up: true, asteriskVersion: "22.10.1" } });
  expect(countsTold()).toEqual([1]);
  join("1.2");
  await until(() => countsTold().at(-1) === 2);
});

it("ST3 the loss of AMI is told at once; when it is back, the differences come before the link", async () => {
  start();
  await until(() => linksTold().length === 1);
  const before = frames.length;
  amiSockets[0]?.destroy();
  waiting = ["1.1"];
  await until(() => linksTold().length === 2);
  await until(() => linksTold().length === 3);
  expect(linksTold()).toEqual([true, false, true]);
  const kinds = frames
    .slice(before)
    .map((frame) => (frame.type === "events" ? countsTold(frames.indexOf(frame)) : frame.type));
  expect(kinds[0]).toBe("link");
  expect(kinds.at(-1)).toBe("link");
  expect(countsTold(before)).toEqual([1]);
});

it("AMI is read and its events kept while the uplink is away", async () => {
  start();
  await until(() => linksTold().length === 1);
  const before = frames.length;
  uplinks[0]?.terminate();
  for (let index = 1; index <= 50; index++) join(`1.${index}`);
  await until(() => countsTold(before).at(-1) === 50);
  expect(frames[before]?.type).toBe("hello");
  expect(frames.slice(before).some(({ type }) => type === "snapshot")).toBe(false);
});

it("a site is told nothing of states before AMI was there", async () => {
  asterisk.close();
  start();
  await until(() => frames.length >= 1);
  uplinks[0]?.terminate();
  await until(() => frames.length >= 2);
  expect(frames.map(({ type }) => type)).toEqual(["hello", "hello"]);
});
