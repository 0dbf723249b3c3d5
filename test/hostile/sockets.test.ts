/**
 * The uplink and the clients' streams under hostile frames, on the real worker: every one of them ends with a code of the register or is ignored as the
 * protocol says, the site's state stays as it was, and no other site ever sees anything of it.
 */
import { once } from "node:events";
import { closeCodes, uplinkProtocol } from "@pbxis/shared";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { openWebSocket } from "../harness/client.ts";
import { complete, completesOf, count, countsOf, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

/** Floods take their time on a machine that is busy otherwise. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

const codes = Object.values(closeCodes).map(({ code }): number => code);
const hello = { type: "hello", protocol: uplinkProtocol, epoch: "evil", startedAt: 5, connectorVersion: "x" };
const ami = { up: true, asOf: 1, asteriskVersion: null };
const snapshot = { type: "snapshot", sequence: 1, more: false, lost: 0, ami, events: [] };
const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;

type Ended = Readonly<{ code: number; reason: string; frames: readonly string[] }>;

/** Opens a socket, says everything at once, and waits for its end; null if it is still open after `patienceMs`. */
async function converse(
  path: string,
  token: string,
  says: readonly (string | Buffer)[],
  patienceMs = 25_000,
): Promise<Ended | null> {
  const socket = new WebSocket(new URL(path, edge.url.href.replace("http", "ws")), {
    headers: { authorization: `Bearer ${token}` },
  });
  const frames: string[] = [];
  socket.on("message", (data) => frames.push(String(data)));
  socket.on("error", () => {});
  const closed = once(socket, "close");
  await once(socket, "open");
  for (const one of says) socket.send(one);
  const timeout = new Promise<null>((resolve) => setTimeout(resolve, patienceMs, null));
  const end = await Promise.race([closed, timeout]);
  if (!end) socket.terminate();
  return end && { code: Number(end[0]), reason: String(end[1]), frames };
}

const text = (value: unknown) => JSON.stringify(value);

describe("frames into an uplink", () => {
  const broken: readonly (readonly [string, readonly (string | Buffer)[], keyof typeof closeCodes])[] = [
    ["no JSON", ["hello"], "bad_frame"],
    ["half a frame", [text(hello).slice(0, 40)], "bad_frame"],
    ["binary", [Buffer.from(text(hello))], "bad_frame"],
    ["nothing", [""], "bad_frame"],
    ["deep nesting", [deep], "bad_frame"],
    ["an unknown type", [text({ type: "root" })], "bad_frame"],
    ["wrong types", [text({ ...hello, startedAt: "now" })], "bad_frame"],
    ["a prototype", [`{"__proto__":{"type":"hello"},"constructor":{}}`], "bad_frame"],
    ["a giant", [text({ ...hello, connectorVersion: "x".repeat(950_000) })], "bad_frame"],
    ["another protocol", [text({ ...hello, protocol: 99 })], "protocol_mismatch"],
    ["events before hello", [text({ type: "events", sequence: 1, events: [] })], "out_of_order"],
    ["events before the snapshot", [text(hello), text({ type: "events", sequence: 1, events: [] })], "out_of_order"],
    ["a second hello", [text(hello), text(hello)], "out_of_order"],
    [
      "a number that skips",
      [text(hello), text(snapshot), text({ type: "events", sequence: 9, events: [] })],
      "out_of_order",
    ],
    ["a negative number", [text(hello), text({ ...snapshot, sequence: -1 })], "bad_frame"],
    ["a number beyond all", [text(hello), text({ ...snapshot, sequence: 1e308 })], "bad_frame"],
    ["an unknown event", [text(hello), text({ ...snapshot, events: [{ type: "shutdown" }] })], "bad_frame"],
    [
      "a name with a comma",
      [text(hello), text({ ...snapshot, events: [{ ...count("a", 1), queue: "a,b" }] })],
      "bad_frame",
    ],
    ["a flood of hello", Array.from({ length: 1_500 }, () => text(hello)), "out_of_order"],
    [
      "a flood of reports",
      [text(hello), ...Array.from({ length: 2_500 }, () => text({ type: "report", at: 1, audit: null, counters: {} }))],
      "too_fast",
    ],
  ];

  it.each(broken)("%s: closed with a code, and the site that was there before goes on", async (name, says, reason) => {
    const site = `up-${name.replace(/\W/g, "-")}`;
    const good = await startScriptedConnector({ url: edge.url, site, run: 9, counts: [count("support", 3)] });
    const client = openWebSocket({
      url: edge.url,
      token: await mintToken({ site }),
      site,
      queues: ["*"],
      agents: ["*"],
    });
    await until("the client to have the state", () => countsOf(client)[0] === 3);
    const ended = await converse(`/v1/sites/${site}/connector`, await mintToken({ site, role: "connector" }), says);
    // Who comes with an older start is refused by UP3 before what he says next is read.
    const allowed: string[] = [reason, "superseded"];
    expect(allowed).toContain(ended?.reason);
    expect(codes).toContain(ended?.code);
    good.push([count("support", 4), complete("after")]);
    await until("the client to be told", () => countsOf(client)[0] === 4 && completesOf(client).includes("after"));
    expect(client.record.violations).toEqual([]);
    client.close();
    await good.stop();
  });

  it.each(broken)("%s, at a site that nobody holds: the same code", async (name, says, reason) => {
    const site = `alone-${name.replace(/\W/g, "-")}`;
    const ended = await converse(`/v1/sites/${site}/connector`, await mintToken({ site, role: "connector" }), says);
    expect([ended?.code, ended?.reason]).toEqual([closeCodes[reason].code, reason]);
  });

  it("more connections without hello than may be are refused, and those that are there time out", async () => {
    const token = await mintToken({ site: "greet", role: "connector" });
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const socket = new WebSocket(new URL("/v1/sites/greet/connector", edge.url.href.replace("http", "ws")), {
          headers: { authorization: `Bearer ${token}` },
        });
        socket.on("error", () => {});
        const refused = once(socket, "unexpected-response").then(([, response]): number => response.statusCode);
        const status = await Promise.race([once(socket, "open").then(() => 101), refused]);
        return { socket, status };
      }),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(8).fill(101), ...Array(4).fill(503)]);
    for (const { socket } of answers) socket.terminate();
  });
});

describe("frames of a client", () => {
  const site = "clients";
  const path = `/v1/sites/${site}/events?queues=*&agents=*`;
  let good: Awaited<ReturnType<typeof startScriptedConnector>>;
  beforeAll(async () => {
    good = await startScriptedConnector({ url: edge.url, site, counts: [count("support", 1)] });
  });
  afterAll(() => good.stop());

  it.each<[string, readonly (string | Buffer)[], keyof typeof closeCodes]>([
    ["no JSON", ["ack"], "bad_frame"],
    ["binary", [Buffer.from([0, 1, 2])], "bad_frame"],
    ["a giant", ["x".repeat(5_000)], "bad_frame"],
    ["a huge one", ["x".repeat(900_000)], "bad_frame"],
    ["deep nesting", [deep.slice(0, 2_000)], "bad_frame"],
    ["a cursor that is none", [text({ type: "ack", cursor: "-1" })], "bad_frame"],
    ["a command", [text({ type: "originate", agent: "1001", to: "1" })], "bad_frame"],
    ["no cursor", [text({ type: "ack" })], "bad_frame"],
    ["a flood", Array.from({ length: 1_000 }, () => text({ type: "ack", cursor: "other-1" })), "too_fast"],
  ])("%s", async (_name, says, reason) => {
    const ended = await converse(path, await mintToken({ site }), says);
    expect([ended?.code, ended?.reason]).toEqual([closeCodes[reason].code, reason]);
  });

  it("an acknowledgement of what was not sent yet is a mistake; one of another epoch is not", async () => {
    const token = await mintToken({ site });
    const status = await fetch(new URL(`/v1/sites/${site}`, edge.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    const { cursor }: { cursor: string } = JSON.parse(await status.text());
    const [epoch, sequence] = cursor.split("-");
    const future = text({ type: "ack", cursor: `${epoch}-${Number(sequence) + 1_000}` });
    expect(await converse(path, token, [future])).toMatchObject({ reason: "bad_frame" });
    expect(await converse(path, token, [text({ type: "ack", cursor: "other-5" })], 500)).toBeNull();
  });

  it("none of it was noticed by others", async () => {
    const client = openWebSocket({ url: edge.url, token: await mintToken({ site }), site, queues: ["*"] });
    good.push([count("support", 7)]);
    await until("it to be told", () => countsOf(client)[0] === 7);
    client.close();
  });
});

describe("two sites side by side", () => {
  it("no byte of one ever reaches the other, whatever is asked for", async () => {
    const marks = { red: "marker-of-red-7d1f", blue: "marker-of-blue-a94c" };
    const heard: Record<string, string> = { red: "", blue: "" };
    const ends: (() => void | Promise<void>)[] = [];
    let greeted = 0;
    for (const [site, mark] of Object.entries(marks)) {
      const connector = await startScriptedConnector({ url: edge.url, site, counts: [count(mark, 1)] });
      ends.push(connector.stop);
      const token = await mintToken({ site });
      const other = site === "red" ? "blue" : "red";
      const queries = [
        "agents=*&queues=*&summary=1",
        `queues=${marks[other]}`,
        "since=x-1&queues=*",
        `queues=*&agents=*,${marks[other]}`,
      ];
      for (const query of queries) {
        const url = new URL(`/v1/sites/${site}/events?${query}`, edge.url.href.replace("http", "ws"));
        const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
        socket.once("message", () => greeted++);
        socket.on("message", (data) => {
          heard[site] += String(data);
        });
        socket.on("error", () => {});
        ends.push(() => socket.terminate());
      }
      const expected = greeted + queries.length;
      await until("all clients to have their snapshots", () => greeted === expected);
      for (let round = 0; round < 20; round++) connector.push([count(mark, round + 2), complete(`${mark}-${round}`)]);
      for (const path of [
        `/v1/sites/${other}/state?queues=*`,
        `/v1/sites/${other}`,
        `/v1/sites/${site}%2f..%2f${other}/state?queues=*`,
        `/v1/sites/${site}/../${other}/state?queues=*`,
      ]) {
        const answer = await fetch(new URL(path, edge.url), { headers: { authorization: `Bearer ${token}` } });
        const text = await answer.text();
        heard[site] += text;
        expect([400, 401, 403, 404]).toContain(answer.status);
      }
    }
    await until(
      "both to have heard their own",
      () => heard.red?.includes(`${marks.red}-19`) && heard.blue?.includes(`${marks.blue}-19`),
    );
    expect(heard.red).not.toContain(marks.blue);
    expect(heard.blue).not.toContain(marks.red);
    for (const end of ends) await end();
  });
});
