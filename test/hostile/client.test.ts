/**
 * Clients' streams: frames and requests that no client should send, on each kind of stream; what the protocol has no word for ends the socket with a
 * code of the register, and nobody else notices. (The plain cases of `events` are in sockets.test.ts.)
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

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let edge: Edge;
let connector: ScriptedConnector;
beforeAll(async () => {
  edge = await startEdge({ vars: { PBXIS_COMPAT_SITE: "hq", PBXIS_COMPAT_TOKEN: "required" } });
  connector = await startScriptedConnector({ url: edge.url, site: "hq", counts: [count("support", 1)] });
  const headers = { authorization: `Bearer ${await mintToken()}` };
  // Its coming moves the site's position, which the tests reckon with.
  await until("the connector to be there", async () =>
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
    ["a position that was not told yet", ({ epoch, sequence }) => ack(`${epoch}-${sequence + 1}`)],
    ["the farthest position", ({ epoch }) => ack(`${epoch}-999999999999999`)],
    ["a position with too many digits", ({ epoch }) => ack(`${epoch}-9999999999999999`)],
    ["a position below nothing", ({ epoch }) => ack(`${epoch}--1`)],
    ["a fraction of a position", ({ epoch }) => ack(`${epoch}-1.5`)],
    ["a position in other digits", ({ epoch }) => ack(`${epoch}-\u0661`)],
    ["a position and a line's end", ({ epoch, sequence }) => ack(`${epoch}-${sequence}\n`)],
    ["a position that is a number", ({ sequence }) => ack(sequence)],
    ["a position that is a list", ({ epoch, sequence }) => ack([`${epoch}-${sequence}`])],
    ["no position", () => ack(null)],
    ["a prototype", () => '{"__proto__":{"type":"ack","cursor":"a-1"}}'],
    ["a list of acknowledgements", ({ epoch, sequence }) => `[${ack(`${epoch}-${sequence}`)}]`],
    ["two frames in one", ({ epoch, sequence }) => ack(`${epoch}-${sequence}`).repeat(2)],
    ["another spelling", ({ epoch, sequence }) => ack(`${epoch}-${sequence}`).replace("ack", "ACK")],
    ["ping with a blank", () => "ping "],
    ["ping in capitals", () => "PING"],
    ["ping in bytes", () => Buffer.from("ping")],
    ["pong", () => "pong"],
    ["nothing", () => ""],
    ["no bytes", () => Buffer.alloc(0)],
    ["a frame of the connector", () => text({ type: "events", sequence: 1, events: [count("support", 99)] })],
    ["a frame of the site", () => text({ type: "link", link: "down", asOf: 1, cursor: "a-1" })],
    ["a byte order mark", ({ epoch, sequence }) => `\ufeff${ack(`${epoch}-${sequence}`)}`],
  ])("%s ends with bad_frame", async (_name, frame) => {
    const raw = await open(path);
    raw.send(frame(raw));
    expect(await endOf(raw)).toEqual(closedWith("bad_frame"));
  });
});

it("section 9: 4,096 is the limit of a frame's bytes, not of its letters", async () => {
  const raw = await open();
  raw.send(text({ type: "ack", cursor: "other-1", padding: "€".repeat(4_000) }));
  expect(await endOf(raw)).toEqual(closedWith("bad_frame"));
});

describe("frames that are no mistake", () => {
  it.each<[string, (at: Readonly<{ epoch: string; sequence: number }>) => readonly RawMessage[]]>([
    ["the same position again", ({ epoch, sequence }) => Array(50).fill(ack(`${epoch}-${sequence}`))],
    ["an older one", ({ epoch }) => [ack(`${epoch}-0`)]],
    ["another epoch's", () => [ack("other-999999")]],
    ["pings", () => Array(200).fill("ping")],
  ])("%s: the stream goes on", async (name, frames) => {
    const raw = await open();
    raw.send(...frames(raw));
    const value = 1_000 + name.length;
    connector.push([count("support", value)]);
    await until("the next state", () => raw.received.some((frame) => frame.includes(`"count":${value}`)));
    raw.close();
  });

  it("text that is no text is refused by the runtime, with a code of RFC 6455", async () => {
    const raw = await open();
    raw.sendAsText(Buffer.from([0xff, 0xfe, 0xc3, 0x28]));
    const end = await endOf(raw);
    // 1002 protocol error, 1006 cut, 1007 inconsistent data; or our own word for it.
    expect([1002, 1006, 1007, 4400]).toContain(end?.code);
  });
});

it("a flood of 5,000 frames at once ends with too_fast, and others are told on", async () => {
  const quiet = openWebSocket({ url: edge.url, token: await mintToken(), queues: ["*"] });
  const raw = await open();
  raw.send(...Array(5_000).fill(ack(`${raw.epoch}-${raw.sequence}`)));
  expect(await endOf(raw)).toEqual(closedWith("too_fast"));
  connector.push([count("support", 77)]);
  await until("the other to be told", () => countsOf(quiet)[0] === 77);
  expect(quiet.record.violations).toEqual([]);
  quiet.close();
});

describe("upgrades that ask for nonsense are refused with a status, never opened", () => {
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

  it("a stream resumes from any position that could be one, with the states as they are", async () => {
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

  it("takes no notice of what a client says", async () => {
    const raw = await openRawSocket(edge.url, `/${await newTicket()}/websocket`, {});
    raw.send("{", "[]", Buffer.from([0, 255]), "x".repeat(100_000), ack("other-1"), text({ type: "originate" }));
    connector.push([count("support", 4_242)]);
    await until("the next state", () => raw.received.some((event) => event.includes("4242")));
    raw.close();
  });

  it.each(["a", "..", "%00", "x".repeat(32), "__proto__", "constructor"])(
    "has nothing for the ticket %s",
    async (ticket) => {
      const raw = await openRawSocket(edge.url, `/${ticket}/websocket`, {});
      const end = await endOf(raw);
      expect([1000, 404]).toContain(end?.code);
      if (end?.code === 1000) expect(raw.received).toEqual([text({ type: "closed" })]);
    },
  );
});

it("after all this the stream is right", async () => {
  const client = openWebSocket({ url: edge.url, token: await mintToken(), queues: ["*"] });
  connector.push([count("support", 5)]);
  await until("the state", () => countsOf(client)[0] === 5);
  client.close();
});
