/**
 * A crowd on the real worker: a thousand clients that connect to one object at the same moment, and all come back at
 * once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ServerFrame, type SiteCounters } from "@pbxis/shared";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { openRawSocket, type RawSocket, sendRequest } from "../harness/raw-client.ts";
import { complete, count, type ScriptedConnector, startScriptedConnector } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

// Generous: thousands of sockets take long on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let edge: Edge;
const bearer = async (site: string, sub: string) => ({ authorization: `Bearer ${await mintToken({ site, sub })}` });

beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

async function startSite(site: string): Promise<ScriptedConnector> {
  const connector = await startScriptedConnector({ url: edge.url, site, counts: [count("support", 1)] });
  const headers = await bearer(site, "watcher");
  await until(`${site} to be up`, async () =>
    (await sendRequest(edge.url, `/v1/sites/${site}`, { headers })).text.includes('"link":"up"'),
  );
  return connector;
}

/** How often the site was read for a stream. */
async function readingsOf(site: string): Promise<number> {
  const headers = { authorization: `Bearer ${await mintToken({ site, role: "operator" })}` };
  const { text } = await sendRequest(edge.url, `/v1/sites/${site}/counters`, { headers });
  const { totals }: SiteCounters = JSON.parse(text);
  return (totals.joins ?? 0) + (totals.reads ?? 0);
}

const framesOf = ({ received }: RawSocket) => received.map((text) => ServerFrame.parse(JSON.parse(text)));
const eventsOf = (socket: RawSocket) =>
  framesOf(socket).flatMap((frame) => (frame.type === "link" ? [] : frame.events));
const callsOf = (socket: RawSocket) => eventsOf(socket).flatMap((event) => ("uniqueId" in event ? event.uniqueId : []));

it("SC2 a thousand clients that come, and come back, share readings, and nobody misses or repeats a call", async () => {
  const site = "crowd";
  const size = 1_000;
  const connector = await startSite(site);
  const path = `/v1/sites/${site}/queues/support/events`;
  const headers = await bearer(site, "wallboards");
  const other = await openRawSocket(edge.url, `/v1/sites/${site}/events?agents=*&queues=sales`, headers);
  const sent: string[] = [];
  const call = () => {
    sent.push(`call-${sent.length}`);
    connector.push([complete(sent.at(-1) ?? "")]);
  };
  const playWhile = async <Result>(act: Promise<Result>): Promise<Result> => {
    const timer = setInterval(call, 20);
    try {
      return await act;
    } finally {
      clearInterval(timer);
    }
  };
  // Where too many come for this machine some are refused, and try again, as every client does.
  const openOne = async (ofOne: string): Promise<RawSocket> => {
    for (;;) {
      const socket = await openRawSocket(edge.url, ofOne, headers);
      await until("an answer", () => socket.received.length > 0, { timeoutMs: 120_000 });
      if (!socket.received[0]?.includes(`"code":"unavailable"`)) return socket;
      await sleep(1_000);
    }
  };
  const openAll = (pathOf: (index: number) => string) =>
    Promise.all(Array.from({ length: size }, (_, index) => openOne(pathOf(index))));

  const before = await readingsOf(site);
  const first = await playWhile(openAll(() => path));
  const cursors = first.map((socket) => framesOf(socket).at(-1)?.cursor);
  for (const socket of first) {
    expect(framesOf(socket)[0]).toMatchObject({ type: "snapshot", events: [count("support", 1)] });
    socket.close();
  }
  const second = await playWhile(openAll((index) => `${path}?since=${cursors[index]}`));
  for (const socket of second) expect(framesOf(socket)[0]?.type).toBe("events");
  // Each alone would need two readings. The busier the machine, the fewer come at the same moment.
  expect((await readingsOf(site)) - before).toBeLessThan(1.8 * size);

  call();
  await until("the other client to have every call", () => callsOf(other).length >= sent.length, { timeoutMs: 60_000 });
  expect(callsOf(other)).toEqual(sent);
  for (const socket of [...second, other]) socket.close();
  await connector.stop();
});
