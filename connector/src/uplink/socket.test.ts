/** The shell against a real WebSocket server on loopback; what the session decides is tested beside it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { closeCodes, maxSiteFrameBytes, type Outcome, type UplinkCommand, uplinkProtocol } from "@pbxis/shared";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { amiUp, count, failed } from "../testing/uplink-samples.ts";
import { startUplink, steadyMs, type Uplink, type UplinkOptions } from "./socket.ts";

const token = "not-for-the-log";
/** What the server lets the next upgrades do: `101`, or the status to refuse them with. */
let answer = 101;
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
/** Whether who says `hello` is welcome, or superseded. */
let isLetIn: boolean;

beforeEach(async () => {
  answer = 101;
  sockets = [];
  received = [];
  lines = [];
  commands = [];
  authorization = undefined;
  through = null;
  isLetIn = true;
  const webSockets = new WebSocketServer({ noServer: true });
  server = createServer();
  server.on("upgrade", (request, socket, head) => {
    authorization = request.headers.authorization;
    if (answer !== 101) {
      socket.end(`HTTP/1.1 ${answer} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (webSocket) => {
      sockets.push(webSocket);
      webSocket.on("message", (data) => {
        const text = String(data);
        received.push(text);
        if (!text.includes('"hello"')) return;
        if (!isLetIn) webSocket.close(closeCodes.superseded.code, "superseded");
        else webSocket.send(JSON.stringify({ type: "welcome", protocol: uplinkProtocol, through, at: 0 }));
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
  startedAt = steadyMs();
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
const until = (what: () => boolean) => expect.poll(what, { timeout: 5_000, interval: 5 }).toBe(true);

it("UP1 introduces itself with its token and tells all it knows", async () => {
  start();
  await until(() => received.length === 2);
  expect(authorization).toBe(`Bearer ${token}`);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("says nothing while nothing is known, and the snapshot once it is", async () => {
  let known = false;
  const { push } = start({ snapshot: () => (known ? { events: [count("a", 1)], ami: amiUp } : null) });
  await until(() => lines.some((line) => line.includes("connected")));
  known = true;
  push([count("a", 1)], amiUp);
  await until(() => received.length === 2);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("UP2 comes back after a broken connection and goes on with what the site has not got", async () => {
  const { push } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  push([failed("x")]);
  await until(() => received.length === 3);
  through = 1;
  sockets[0]?.terminate();
  await until(() => received.length === 5);
  expect(received.slice(3)).toEqual([received[0], received[2]]);
});

it.each([401, 403])("a token that is refused with %i is told in one line, without the token", async (status) => {
  answer = status;
  const { phase } = start();
  await until(() => lines.length > 0);
  expect(lines).toEqual([expect.stringMatching(`HTTP status ${status}; check PBXIS_TOKEN`)]);
  expect(lines.join()).not.toContain(token);
  expect(phase()).toBe("waiting");
});

it("UP3 superseded makes it a standby", async () => {
  const { phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.close(closeCodes.superseded.code, "superseded");
  await until(() => phase() === "standby");
});

it("nobody there: tries again, and tells why", async () => {
  server.close();
  await once(server, "close");
  start();
  await until(() => lines.length >= 2);
  expect(lines[0]).toMatch(/closed \(1006 connect ECONNREFUSED/);
});

it("UP9 takes commands and tells how they ended", async () => {
  const { tell } = start();
  await until(() => received.length === 2);
  const command = { type: "queueReset" } as const;
  const frame = {
    type: "command",
    id: "c1",
    deadlineAt: 10_000,
    reach: { agents: "*", queues: "*" },
    command,
  } as const;
  const before = steadyMs();
  sockets[0]?.send(JSON.stringify(frame));
  await until(() => commands.length === 1);
  expect(commands[0]?.command).toEqual(frame);
  // The site's clock was at 0 when it said welcome, at some time between the start and now.
  expect(commands[0]?.startBefore).toBeGreaterThan(startedAt + 10_000);
  expect(commands[0]?.startBefore).toBeLessThan(before + 10_000);
  const outcome: Outcome = { status: "done", result: { queues: ["a"] } };
  tell("c1", outcome);
  await until(() => received.length === 3);
  expect(JSON.parse(received[2] ?? "")).toEqual({ type: "outcome", id: "c1", outcome });
});

it("UP9 an outcome that cannot be told now is not kept", async () => {
  const { tell } = start();
  tell("c1", { status: "done", result: {} });
  await until(() => received.length === 2);
  expect(types()).toEqual(["hello", "snapshot"]);
});

it("the largest message is taken, a larger one ends the connection", async () => {
  const { phase, push } = start();
  await until(() => received.length === 2);
  const ack = JSON.stringify({ type: "ack", through: 1 });
  sockets[0]?.send(ack.padEnd(maxSiteFrameBytes));
  push([failed("x")]);
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

it("who stops waits until the site has confirmed what waits, also behind the frame in flight", async () => {
  const { push, stop } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  push([failed("x")]);
  await until(() => received.length === 3);
  push([failed("y")]);
  let isGone = false;
  const leaving = stop().then(() => {
    isGone = true;
  });
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 2 }));
  await until(() => received.length === 4);
  expect([received[3]?.includes('"y"'), isGone]).toEqual([true, false]);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 3 }));
  await leaving;
  expect(lines.filter((line) => line.includes("not confirmed"))).toEqual([]);
});

it("who stops as a standby hands in what it has heard, and does not wait for its turn", async () => {
  const { push, stop, phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.close(closeCodes.superseded.code, "superseded");
  await until(() => phase() === "standby");
  push([failed("x")]);
  isLetIn = false;
  await stop();
  expect(received.at(-1)).toContain('"actionId":"x"');
  expect(lines.filter((line) => line.includes("not confirmed"))).toEqual([]);
});

it.each([
  ["is away", true],
  ["says nothing", false],
])("who stops while the site %s leaves all the same, and tells what was not confirmed", async (_how, isAway) => {
  const { push, stop, phase } = start();
  await until(() => received.length === 2);
  sockets[0]?.send(JSON.stringify({ type: "ack", through: 1 }));
  if (isAway) answer = 503;
  push([failed("x")]);
  push([failed("y")]);
  await until(() => received.length === 3);
  if (isAway) sockets[0]?.terminate();
  if (isAway) await until(() => phase() === "waiting");
  await stop();
  expect(lines.at(-1)).toBe("uplink: 2 occurrences were not confirmed and may be lost (PBXIS_SPOOL would keep them)");
});
