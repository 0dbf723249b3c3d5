/** The shell against a real WebSocket server on loopback; what the session decides is tested beside it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import {
  closeCodes,
  maxSiteFrameBytes,
  type Outcome,
  type SiteEvent,
  type UplinkCommand,
  uplinkProtocol,
} from "@pbxis/shared";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { amiUp, count, occurrence } from "../testing/uplink-samples.ts";
import { steadyNow } from "../util/clock.ts";
import { startUplink, type Uplink, type UplinkOptions } from "./socket.ts";

const token = "not-for-the-log";
/** The HTTP status of the next upgrades; other than 101 refuses them. */
let answer = 101;
/** The body of such a refusal. */
let body: string;
let server: Server;
let url: URL;
let sockets: WebSocket[];
let received: string[];
let authorization: string | undefined;
let lines: string[];
let uplink: Uplink | undefined;
let startedAt: number;
let commands: { command: UplinkCommand; startBefore: number }[];
let through: number | null;
/** Whether `hello` is answered by `welcome`; otherwise the connector is superseded. */
let isWelcome: boolean;
/** The site's clock. */
let siteAt: () => number;

beforeEach(async () => {
  answer = 101;
  body = "";
  sockets = [];
  received = [];
  lines = [];
  commands = [];
  authorization = undefined;
  through = null;
  isWelcome = true;
  siteAt = Date.now;
  const webSockets = new WebSocketServer({ noServer: true });
  server = createServer();
  server.on("upgrade", (request, socket, head) => {
    authorization = request.headers.authorization;
    // A connector need not read a refusal to its end.
    socket.on("error", () => {});
    if (answer !== 101) {
      socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.push(webSocket);
      webSocket.on("message", (data) => {
        const text = String(data);
        received.push(text);
        if (!text.includes('"hello"')) return;
        if (!isWelcome) webSocket.close(closeCodes.superseded.code, `superseded ${siteAt()}`);
        else webSocket.send(JSON.stringify({ type: "welcome", protocol: uplinkProtocol, through, at: siteAt() }));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/sites/hq/connector`);
});

afterEach(async () => {
  await uplink?.stop();
  uplink = undefined;
  for (const socket of sockets) socket.terminate();
  server.close();
});

function start(options: Partial<UplinkOptions> = {}): Uplink {
  startedAt = steadyNow();
  uplink = startUplink({
    url,
    token,
    identity: { epoch: "k3", startedAt: 1, connectorVersion: "0.1.0" },
    snapshot: () => ({ events: [count("a", 1)], ami: amiUp }),
    onCommand: (command, startBefore) => commands.push({ command, startBefore }),
    log: (_level, message) => lines.push(message),
    ...options,
  });
  return uplink;
}

const types = () => received.map((text) => JSON.parse(text).type);
const until = (what: () => boolean) => expect.poll(what, { interval: 5 }).toBe(true);

it("UP1 sends its token, then hello and a snapshot", async () => {
  start();
  await until(() => received.length === 2);
  expect(authorization).toBe(`Bearer ${token}`);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("UP4 sends no snapshot until one is available", async () => {
  let known = false;
  const { push } = start({ snapshot: () => (known ? { events: [count("a", 1)], ami: amiUp } : null) });
  await until(() => lines.some((line) => line.includes("connected")));
  known = true;
  push([count("a", 1)], amiUp);
  await until(() => received.length === 2);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("UP2 reconnects and resumes with what the site does not have", async () => {
  const { push } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  push([occurrence("x")]);
  await until(() => received.length === 3);
  through = 1;
  sockets[0]?.terminate();
  await until(() => received.length === 5);
  expect(received.slice(3)).toEqual([received[0], received[2]]);
});

it.each([401, 403])("a token that is refused with %i is logged in one line, without the token", async (status) => {
  answer = status;
  const { phase } = start();
  await until(() => lines.length > 0);
  expect(lines).toEqual([expect.stringMatching(`HTTP status ${status}\\); check PBXIS_TOKEN`)]);
  expect(lines.join()).not.toContain(token);
  expect(phase()).toBe("waiting");
});

it.each<[string, string, RegExp]>([
  [
    "the worker's words",
    JSON.stringify({ error: { code: "forbidden", message: "the token is for another site" } }),
    /: refused: the token is for another site \(/,
  ],
  [
    "the token in its words",
    JSON.stringify({ error: { code: "unauthorized", message: `bad ${token}\n!` } }),
    /: refused: bad … ! \(/,
  ],
  ["a proxy's page", "<html>no</html>", /: refused \(HTTP status 403\)/],
  ["endless words", "x".repeat(100_000), /: refused \(HTTP status 403\)/],
])("a refusal with %s", async (_title, text, line) => {
  answer = 403;
  body = text;
  start();
  await until(() => lines.length > 0);
  expect(lines).toEqual([expect.stringMatching(line)]);
});

it("wss: to a plain port is reported in plain words, and so is ws: to a port that is no HTTP", async () => {
  url.protocol = "wss:";
  start();
  await until(() => lines.length > 0);
  expect(lines[0]).toMatch(/cannot connect to 127.*does not speak TLS; PBXIS_EDGE_URL begins with https:, perhaps/);
  await uplink?.stop();
  const other = createTcpServer((socket) => socket.end("Asterisk Call Manager/9.0.0\r\n")).listen(0, "127.0.0.1");
  await once(other, "listening");
  start({ url: new URL(`ws://127.0.0.1:${(other.address() as AddressInfo).port}/`) });
  await until(() => lines.length > 1);
  other.close();
  expect(lines[1]).toMatch(/does not answer in HTTP; PBXIS_EDGE_URL begins with http:, perhaps/);
});

it("UP3 a superseded connector becomes a standby", async () => {
  const { phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.close(closeCodes.superseded.code, "superseded");
  await until(() => phase() === "standby");
});

it("a refused connection is retried, and the reason logged", async () => {
  server.close();
  await once(server, "close");
  start();
  await until(() => lines.length >= 2);
  expect(lines[0]).toMatch(/cannot connect to 127\.0\.0\.1:\d+: nothing listens there \(ECONNREFUSED\); next attempt/);
});

it("times are sent by the site's clock where this machine's is wrong, and the error is reported to the site", async () => {
  siteAt = () => Date.now() - 3_600_000;
  const now = Date.now();
  const waiting = { ...count("a", 1), longestWaitSince: now - 60_000, at: now } as SiteEvent;
  const { push, gauges, report } = start({ snapshot: () => ({ events: [waiting], ami: { ...amiUp, asOf: now } }) });
  report({ type: "report", at: now, audit: null, counters: {} });
  await until(() => received.some((text) => text.includes("clockOffsetMs")));
  await until(() => received.some((text) => text.includes('"snapshot"')));
  const near = (text: string | undefined, pick: (frame: never) => number, ms: number) =>
    expect(Math.abs(pick(JSON.parse(text ?? "") as never) - ms)).toBeLessThan(60_000);
  const snapshot = received.find((text) => text.includes('"snapshot"'));
  near(snapshot, (frame: { ami: { asOf: number } }) => frame.ami.asOf, now - 3_600_000);
  near(
    snapshot,
    (frame: { events: { longestWaitSince: number }[] }) => frame.events[0]?.longestWaitSince ?? 0,
    now - 3_660_000,
  );
  const sent = received.findLast((text) => text.includes('"report"'));
  near(sent, (frame: { clockOffsetMs: number }) => frame.clockOffsetMs, 3_600_000);
  near(sent, (frame: { at: number }) => frame.at, now - 3_600_000);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1, at: siteAt() }));
  push([{ ...occurrence("x"), at: now }]);
  await until(() => received.some((text) => text.includes('"type":"events"')));
  const events = received.find((text) => text.includes('"type":"events"'));
  near(events, (frame: { events: { at: number }[] }) => frame.events[0]?.at ?? 0, now - 3_600_000);
  expect(gauges().clockOffsetMs).toBeGreaterThan(3_500_000);
  expect(lines.filter((line) => /clock.*ahead of the site's/.test(line)).length).toBe(1);
});

it.each([
  ["the holder", true, () => received.find((text) => text.includes('"type":"events"'))],
  ["a standby that has never held the uplink", false, () => received.find((text) => text.includes('"handIn"'))],
])("UP11 what has waited until the site's clock is known has right times, sent by %s", async (_whom, welcome, find) => {
  const now = Date.now();
  siteAt = () => now - 3_600_000;
  isWelcome = welcome;
  const { push, gauges } = start();
  push([{ ...occurrence("x"), at: now }]);
  const { outboxBytes } = gauges();
  if (welcome) await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  await until(() => find() !== undefined);
  const [, at] = /"actionId":"x".*"at":(\d+)/.exec(find() ?? "") ?? [];
  expect(Math.abs(Number(at) - (now - 3_600_000))).toBeLessThan(60_000);
  expect(find()).not.toContain("uncorrected");
  if (!welcome) expect(gauges().outboxBytes).toBeLessThan(outboxBytes);
});

it("UP9 passes commands on and sends their outcomes", async () => {
  siteAt = () => 0;
  const { reply } = start();
  await until(() => received.length === 2);
  const command = { type: "queueReset" } as const;
  const frame = {
    type: "command",
    id: "c1",
    deadlineAt: 10_000,
    reach: { agents: "*", queues: "*" },
    command,
  } as const;
  const before = steadyNow();
  sockets[0]?.send(JSON.stringify(frame));
  await until(() => commands.length === 1);
  expect(commands[0]?.command).toEqual(frame);
  // The site's clock was at 0 in its welcome, at some time between the start and now.
  expect(commands[0]?.startBefore).toBeGreaterThan(startedAt + 10_000);
  expect(commands[0]?.startBefore).toBeLessThan(before + 10_000);
  const outcome: Outcome = { status: "done", result: { queues: ["a"] } };
  reply("c1", outcome);
  await until(() => received.length === 3);
  expect(JSON.parse(received[2] ?? "")).toEqual({ type: "outcome", id: "c1", outcome });
});

it("UP9 an outcome is dropped while there is no connection", async () => {
  const { reply } = start();
  reply("c1", { status: "done", result: {} });
  await until(() => received.length === 2);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("a message of the maximum size is accepted, a larger one ends the connection", async () => {
  const { phase, push } = start();
  await until(() => received.length === 2);
  const ack = JSON.stringify({ type: "ack", through: 1 });
  sockets[0]?.send(ack.padEnd(maxSiteFrameBytes));
  push([occurrence("x")]);
  await until(() => received.length === 3);
  sockets[0]?.send(ack.padEnd(maxSiteFrameBytes + 1));
  await until(() => phase() !== "live");
  expect(lines.at(-1)).toContain("Max payload size exceeded");
});

it("stop closes the socket", async () => {
  const { stop } = start();
  await until(() => received.length === 2);
  const closed = once(sockets[0] as WebSocket, "close");
  await stop();
  expect((await closed)[0]).toBe(1000);
});

it("stop waits until the site has acknowledged what waits, also behind the frame in flight", async () => {
  const { push, stop } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  push([occurrence("x")]);
  await until(() => received.length === 3);
  push([occurrence("y")]);
  let hasStopped = false;
  const stopping = stop().then(() => {
    hasStopped = true;
  });
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 2 }));
  await until(() => received.length === 4);
  expect([received[3]?.includes('"y"'), hasStopped]).toEqual([true, false]);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 3 }));
  await stopping;
  expect(lines.filter((line) => line.includes("not acknowledged"))).toEqual([]);
});

it("UP3 a standby that stops hands over its occurrences at once", async () => {
  const { push, stop, phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.close(closeCodes.superseded.code, "superseded");
  await until(() => phase() === "standby");
  push([occurrence("x")]);
  isWelcome = false;
  await stop();
  expect(received.at(-1)).toContain('"actionId":"x"');
  expect(lines.filter((line) => line.includes("not acknowledged"))).toEqual([]);
});

it.each([
  ["is away", true],
  ["is silent", false],
])("stop while the site %s ends all the same, and logs what was not acknowledged", async (_how, isAway) => {
  const { push, stop, phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  if (isAway) answer = 503;
  push([occurrence("x")]);
  push([occurrence("y")]);
  await until(() => received.length === 3);
  if (isAway) sockets[0]?.terminate();
  if (isAway) await until(() => phase() === "waiting");
  await stop();
  expect(lines.at(-1)).toBe(
    "uplink: 2 occurrences were not acknowledged and may be lost (PBXIS_SPOOL would keep them)",
  );
});
