/**
 * Invalid frames and requests of clients, on each kind of stream. Each ends its socket with a code of the register, and
 * other clients are not affected. The simple cases of `events` are in sockets.test.ts.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openWebSocket } from "../harness/client.ts";
import {
  closedWith,
  codeOf,
  endOf,
  openRawSocket,
  type RawMessage,
  type RawSocket,
  sendRequest,
} from "../harness/raw-client.ts";
import { count, countsOf, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let edge: Edge;
let connector: ScriptedConnector;
beforeAll(async () => {
  edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
  connector = await startScriptedConnector({ url: edge.url, site: "hq", counts: [count("support", 1)] });
  const headers = { authorization: `Bearer ${await mintToken()}` };
  // The connector's snapshot advances the site's position, on which the tests depend.
  await until("the connector to be connected", async () =>
    (await sendRequest(edge.url, "/v1/sites/hq", { headers })).text.includes('"link":"up"'),
  );
});
afterAll(async () => {
  await connector.stop();
  await edge.stop();
});

const text = (value: unknown) => JSON.stringify(value);
const ack = (cursor: unknown) => text({ type: "ack", cursor });
const streams = ["/events?queues=*&agents=*", "/queues/support/events", "/agents/1001/events"];

async function open(path = streams[0]): Promise<RawSocket & Readonly<{ epoch: string; sequence: number }>> {
  const raw = await openRawSocket(edge.url, `/v1/sites/hq${path}`, { authorization: `Bearer ${await mintToken()}` });
  const first = await until("the snapshot", () => raw.received[0]);
  const [epoch = "", sequence] = String(JSON.parse(first).cursor).split("-");
  return { ...raw, epoch, sequence: Number(sequence) };
}

type Frame = (at: Readonly<{ epoch: string; sequence: number }>) => RawMessage;

describe.each(streams)("frames on %s", (path) => {
  it.each<[string, Frame]>([
    ["a position after the last one", ({ epoch, sequence }) => ack(`${epoch}-${sequence + 1}`)],
    ["the largest position", ({ epoch }) => ack(`${epoch}-999999999999999`)],
    ["a position with too many digits", ({ epoch }) => ack(`${epoch}-9999999999999999`)],
    ["a negative position", ({ epoch }) => ack(`${epoch}--1`)],
    ["a fractional position", ({ epoch }) => ack(`${epoch}-1.5`)],
    ["a position in Arabic-Indic digits", ({ epoch }) => ack(`${epoch}-\u0661`)],
    ["a position with a line end", ({ epoch, sequence }) => ack(`${epoch}-${sequence}\n`)],
    ["a number as position", ({ sequence }) => ack(sequence)],
    ["a list as position", ({ epoch, sequence }) => ack([`${epoch}-${sequence}`])],
    ["no position", () => ack(null)],
    ["a prototype", () => '{"__proto__":{"type":"ack","cursor":"a-1"}}'],
    ["a list of frames", ({ epoch, sequence }) => `[${ack(`${epoch}-${sequence}`)}]`],
    ["two frames in one message", ({ epoch, sequence }) => ack(`${epoch}-${sequence}`).repeat(2)],
    ["a type in capitals", ({ epoch, sequence }) => ack(`${epoch}-${sequence}`).replace("ack", "ACK")],
    ["ping with a trailing blank", () => "ping "],
    ["ping in capitals", () => "PING"],
    ["ping as a binary message", () => Buffer.from("ping")],
    ["pong", () => "pong"],
    ["an empty message", () => ""],
    ["an empty binary message", () => Buffer.alloc(0)],
    ["a frame of the connector", () => text({ type: "events", sequence: 1, events: [count("support", 99)] })],
    ["a frame of the site", () => text({ type: "link", link: "down", asOf: 1, cursor: "a-1" })],
    ["a byte order mark", ({ epoch, sequence }) => `\ufeff${ack(`${epoch}-${sequence}`)}`],
  ])("%s closes the socket with bad_frame", async (_name, frame) => {
    const raw = await open(path);
    raw.send(frame(raw));
    expect(await endOf(raw)).toEqual(closedWith("bad_frame"));
  });
});

it("section 9: the limit of 4,096 applies to a frame's bytes, not to its characters", async () => {
  const raw = await open();
  raw.send(text({ type: "ack", cursor: "other-1", padding: "€".repeat(4_000) }));
  expect(await endOf(raw)).toEqual(closedWith("bad_frame"));
});

describe("valid frames", () => {
  it.each<[string, (at: Readonly<{ epoch: string; sequence: number }>) => readonly RawMessage[]]>([
    ["the same position again", ({ epoch, sequence }) => Array(50).fill(ack(`${epoch}-${sequence}`))],
    ["an older position", ({ epoch }) => [ack(`${epoch}-0`)]],
    ["a position of another epoch", () => [ack("other-999999")]],
    ["pings", () => Array(200).fill("ping")],
  ])("%s: the stream continues", async (name, frames) => {
    const raw = await open();
    raw.send(...frames(raw));
    const value = 1_000 + name.length;
    connector.push([count("support", value)]);
    await until("the next state", () => raw.received.some((frame) => frame.includes(`"count":${value}`)));
    raw.close();
  });

  it("a text message with invalid UTF-8 is refused by the runtime with a code of RFC 6455", async () => {
    const raw = await open();
    raw.sendAsText(Buffer.from([0xff, 0xfe, 0xc3, 0x28]));
    const end = await endOf(raw);
    // 1002 protocol error, 1006 abnormal closure, 1007 inconsistent data, 4400 bad_frame.
    expect([1002, 1006, 1007, 4400]).toContain(end?.code);
  });
});

it("a flood of 5,000 frames closes the socket with too_fast, and other clients still receive events", async () => {
  const quiet = openWebSocket({ url: edge.url, token: await mintToken(), queues: ["*"] });
  const raw = await open();
  raw.send(...Array(5_000).fill(ack(`${raw.epoch}-${raw.sequence}`)));
  expect(await endOf(raw)).toEqual(closedWith("too_fast"));
  connector.push([count("support", 77)]);
  await until("the other client to receive the count", () => countsOf(quiet)[0] === 77);
  expect(quiet.record.violations).toEqual([]);
  quiet.close();
});

describe("invalid upgrade requests are refused with a status", () => {
  it.each([
    ["/events?queues=a&since=-1", 400],
    ["/events?since=a-1&since=a-2", 400],
    ["/events?since=a-99999999999999999999", 400],
    ["/events?queues=%00", 400],
    ["/events?queues=%ff", 400],
    ["/events?summary=2", 400],
    ["/events?wait=1e9", 400],
    ["/events?wait=26", 400],
    [`/events?queues=${"q".repeat(129)}`, 400],
    [`/events?agents=${Array.from({ length: 2_001 }, (_, n) => n).join(",")}`, 400],
    [`/events?agents=${Array.from({ length: 200 }, (_, n) => `agent-${n}-${"x".repeat(60)}`).join(",")}`, 413],
    [
      `/events?agents=${Array.from({ length: 201 }, (_, n) => n).join(",")}&queues=${Array.from({ length: 100 }, (_, n) => n).join(",")}`,
      413,
    ],
    ["/queues/a,b/events", 400],
    ["/queues/%0d%0a/events", 400],
    [`/agents/${"1".repeat(129)}/events`, 400],
    ["/events?ticket=a&ticket=b", 400],
    ["/events?ticket=", 400],
    ["/connector", 403],
    ["/nothing", 404],
  ])("%.50s", async (path, status) => {
    const raw = await openRawSocket(edge.url, `/v1/sites/hq${path}`, { authorization: `Bearer ${await mintToken()}` });
    const end = await endOf(raw);
    expect(end?.code, end?.reason).toBe(status);
    expect(codeOf({ status, type: "application/json", headers: "", text: end?.reason ?? "" })).not.toBe("internal");
  });

  it("ST1 a stream with an unknown position starts with a snapshot", async () => {
    for (const since of ["other-1", "a-0", "a-999999999999999", `${"Z".repeat(32)}-1`]) {
      const raw = await open(`/events?queues=*&since=${since}`);
      expect(JSON.parse(raw.received[0] ?? "")).toMatchObject({ type: "snapshot", link: "up" });
      raw.close();
    }
  });
});

describe("pbxis-ws's socket", () => {
  const newTicket = async (): Promise<string> => {
    const headers = { authorization: `Bearer ${await mintToken()}`, "content-type": "application/json" };
    const made = await sendRequest(edge.url, "/ticket", {
      method: "POST",
      headers,
      body: '{"queues":["*"],"agents":["*"]}',
    });
    return JSON.parse(made.text);
  };

  it("PX3 ignores messages of the client", async () => {
    const raw = await openRawSocket(edge.url, `/${await newTicket()}/websocket`, {});
    raw.send("{", "[]", Buffer.from([0, 255]), "x".repeat(100_000), ack("other-1"), text({ type: "originate" }));
    connector.push([count("support", 4_242)]);
    await until("the next state", () => raw.received.some((event) => event.includes("4242")));
    raw.close();
  });

  it.each(["a", "..", "%00", "x".repeat(32), "__proto__", "constructor"])(
    "refuses the unknown ticket %s",
    async (ticket) => {
      const raw = await openRawSocket(edge.url, `/${ticket}/websocket`, {});
      const end = await endOf(raw);
      expect([1000, 404]).toContain(end?.code);
      if (end?.code === 1000) expect(raw.received).toEqual([text({ type: "closed" })]);
    },
  );
});

it("after all these tests a stream still works", async () => {
  const client = openWebSocket({ url: edge.url, token: await mintToken(), queues: ["*"] });
  connector.push([count("support", 5)]);
  await until("the state", () => countsOf(client)[0] === 5);
  client.close();
});
