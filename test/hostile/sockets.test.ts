/**
 * Invalid frames on the uplink and on clients' streams of the real worker: each closes its socket with a code of the
 * register, the site's state does not change, and other clients are not affected. Isolation of sites is tested in
 * leak.test.ts.
 */
import { closeCodes, uplinkProtocol } from "@pbxis/shared";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openWebSocket } from "../harness/client.ts";
import { closedWith, endOf, openRawSocket, type RawMessage, type SocketEnd } from "../harness/raw-client.ts";
import { complete, completesOf, count, countsOf, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

// Generous: floods take long on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

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

/** Opens a socket, sends everything at once, and waits for the socket's end; null if it does not end. */
async function endAfter(path: string, token: string, messages: readonly RawMessage[]): Promise<SocketEnd | null> {
  const socket = await openRawSocket(edge.url, path, { authorization: `Bearer ${token}` });
  socket.send(...messages);
  return endOf(socket);
}

const text = (value: unknown) => JSON.stringify(value);

describe("frames of a connector", () => {
  const broken: readonly (readonly [string, readonly (string | Buffer)[], keyof typeof closeCodes])[] = [
    ["no JSON", ["hello"], "bad_frame"],
    ["half a frame", [text(hello).slice(0, 40)], "bad_frame"],
    ["binary", [Buffer.from(text(hello))], "bad_frame"],
    ["an empty message", [""], "bad_frame"],
    ["deep nesting", [deep], "bad_frame"],
    ["an unknown type", [text({ type: "root" })], "bad_frame"],
    ["wrong types", [text({ ...hello, startedAt: "now" })], "bad_frame"],
    ["__proto__ as a key", [`{"__proto__":{"type":"hello"},"constructor":{}}`], "bad_frame"],
    ["a too large frame", [text({ ...hello, connectorVersion: "x".repeat(950_000) })], "bad_frame"],
    ["another protocol", [text({ ...hello, protocol: 99 })], "protocol_mismatch"],
    ["events before hello", [text({ type: "events", sequence: 1, events: [] })], "out_of_order"],
    ["events before the snapshot", [text(hello), text({ type: "events", sequence: 1, events: [] })], "out_of_order"],
    ["a second hello", [text(hello), text(hello)], "out_of_order"],
    [
      "a skipped sequence number",
      [text(hello), text(snapshot), text({ type: "events", sequence: 9, events: [] })],
      "out_of_order",
    ],
    ["a negative sequence number", [text(hello), text({ ...snapshot, sequence: -1 })], "bad_frame"],
    ["a huge sequence number", [text(hello), text({ ...snapshot, sequence: 1e308 })], "bad_frame"],
    ["an unknown event", [text(hello), text({ ...snapshot, events: [{ type: "shutdown" }] })], "bad_frame"],
    [
      "a name with a comma",
      [text(hello), text({ ...snapshot, events: [{ ...count("a", 1), queue: "a,b" }] })],
      "bad_frame",
    ],
    ["a flood of hello", Array.from({ length: 1_500 }, () => text(hello)), "out_of_order"],
    [
      // Outcomes of an unknown command write nothing, so the flood is faster than the rate limit even on a slow disk.
      "a flood of outcomes",
      [
        text(hello),
        ...Array.from({ length: 2_500 }, () =>
          text({ type: "outcome", id: "none", outcome: { status: "done", result: {} } }),
        ),
      ],
      "too_fast",
    ],
  ];

  it.each(broken)(
    "%s: closed with a code of the register, and the connected connector is not affected",
    async (name, messages, reason) => {
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
      const ended = await endAfter(
        `/v1/sites/${site}/connector`,
        await mintToken({ site, role: "connector" }),
        messages,
      );
      // This connector started earlier than the connected one, so UP3 may close it before its next frame is read.
      const allowed: string[] = [reason, "superseded"];
      expect(allowed).toContain(ended?.reason.split(" ")[0]);
      expect(codes).toContain(ended?.code);
      good.push([count("support", 4), complete("after")]);
      await until(
        "the client to receive the next events",
        () => countsOf(client)[0] === 4 && completesOf(client).includes("after"),
      );
      expect(client.record.violations).toEqual([]);
      client.close();
      await good.stop();
    },
  );

  it.each(broken)("%s, at a site without a connector: closed with this code", async (name, messages, reason) => {
    const site = `alone-${name.replace(/\W/g, "-")}`;
    const ended = await endAfter(`/v1/sites/${site}/connector`, await mintToken({ site, role: "connector" }), messages);
    expect(ended).toEqual(closedWith(reason));
  });

  it("section 9: of twelve connections without hello eight are accepted, the others refused with 503", async () => {
    const authorization = `Bearer ${await mintToken({ site: "greet", role: "connector" })}`;
    const sockets = await Promise.all(
      Array.from({ length: 12 }, () => openRawSocket(edge.url, "/v1/sites/greet/connector", { authorization })),
    );
    const refused = sockets.filter(({ isOpen }) => !isOpen());
    expect(refused).toHaveLength(4);
    for (const socket of refused) expect((await socket.end).code).toBe(503);
    for (const socket of sockets) socket.close();
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
    ["a too large frame", ["x".repeat(5_000)], "bad_frame"],
    ["a huge frame", ["x".repeat(900_000)], "bad_frame"],
    ["deep nesting", [deep.slice(0, 2_000)], "bad_frame"],
    ["an invalid cursor", [text({ type: "ack", cursor: "-1" })], "bad_frame"],
    ["a command", [text({ type: "originate", agent: "1001", to: "1" })], "bad_frame"],
    ["no cursor", [text({ type: "ack" })], "bad_frame"],
    ["a flood", Array.from({ length: 1_000 }, () => text({ type: "ack", cursor: "other-1" })), "too_fast"],
  ])("%s: closed with a code of the register", async (_name, messages, reason) => {
    const ended = await endAfter(path, await mintToken({ site }), messages);
    expect(ended).toEqual(closedWith(reason));
  });

  it("ST4 an acknowledgement of a later position closes the socket; one of another epoch is ignored", async () => {
    const token = await mintToken({ site });
    const status = await fetch(new URL(`/v1/sites/${site}`, edge.url), {
      headers: { authorization: `Bearer ${token}` },
    });
    const { cursor }: { cursor: string } = JSON.parse(await status.text());
    const [epoch, sequence] = cursor.split("-");
    const future = text({ type: "ack", cursor: `${epoch}-${Number(sequence) + 1_000}` });
    expect(await endAfter(path, token, [future])).toEqual(closedWith("bad_frame"));
    const socket = await openRawSocket(edge.url, path, { authorization: `Bearer ${token}` });
    socket.send(text({ type: "ack", cursor: "other-5" }));
    good.push([count("support", 555)]);
    await until("the stream to continue", () => socket.received.some((frame) => frame.includes('"count":555')));
    expect(socket.isOpen()).toBe(true);
    socket.close();
  });

  it("other clients are not affected", async () => {
    const client = openWebSocket({ url: edge.url, token: await mintToken({ site }), site, queues: ["*"] });
    good.push([count("support", 7)]);
    await until("the client to receive the count", () => countsOf(client)[0] === 7);
    client.close();
  });
});
