/**
 * Invalid frames of the connector that holds the uplink: whatever it sends, and in whatever order, the site keeps
 * exactly what it acknowledged, and the connector may reconnect and continue. Single invalid frames of other connectors
 * are in sockets.test.ts.
 */
import { maxUplinkFrameBytes, type SiteEvent, uplinkProtocol } from "@pbxis/shared";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  closedWith,
  endOf,
  openRawSocket,
  type RawMessage,
  type RawSocket,
  sendRequest,
} from "../harness/raw-client.ts";
import { complete, count } from "../harness/scripted-connector.ts";
import { mintToken } from "../harness/token.ts";
import { until } from "../harness/wait.ts";
import { type Edge, startEdge } from "../harness/worker.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** A fixed seed, so that a failure can be reproduced. */
const seed = 20_261_123;

let edge: Edge;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.stop());

const text = (value: unknown) => JSON.stringify(value);
const ami = { up: true, asOf: 1, asteriskVersion: null };
const hello = { type: "hello", protocol: uplinkProtocol, epoch: "one", startedAt: 5, connectorVersion: "x" };
const snapshotOf = (sequence: number, events: readonly SiteEvent[], more = false) =>
  ({ type: "snapshot", sequence, more, lost: 0, ami, events }) as const;
const eventsOf = (sequence: number, ...events: readonly unknown[]) => ({ type: "events", sequence, events }) as const;

async function connect(site: string): Promise<RawSocket> {
  const token = await mintToken({ site, role: "connector" });
  return openRawSocket(edge.url, `/v1/sites/${site}/connector`, { authorization: `Bearer ${token}` });
}

/** The `through` of the site's welcome (UP1). */
async function throughOf(uplink: RawSocket): Promise<number | null> {
  const welcome = await until("the site's welcome", () => uplink.received.find((one) => one.includes('"welcome"')));
  return JSON.parse(welcome).through;
}

const acknowledged = (uplink: RawSocket, sequence: number) =>
  until(`frame ${sequence} to be acknowledged`, () =>
    uplink.received.some((received) => received.includes(`"ack","through":${sequence},`)),
  );

/** The queue counts of a site, as a client reads them. */
async function countsAt(site: string): Promise<Record<string, number>> {
  const headers = { authorization: `Bearer ${await mintToken({ site })}` };
  const { status, text: body } = await sendRequest(edge.url, `/v1/sites/${site}/state?queues=*&agents=*`, { headers });
  expect(status).toBe(200);
  const { events }: { events: SiteEvent[] } = JSON.parse(body);
  return Object.fromEntries(
    events.flatMap((event) => (event.type === "queueCount" ? [[event.queue, event.count]] : [])),
  );
}

describe("the connector that holds the uplink", () => {
  const deep = `{"type":"events","sequence":2,"events":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`;
  const two = (event: unknown) => text(eventsOf(2, count("a", 9), event));
  it.each<[string, RawMessage, Parameters<typeof closedWith>[0]]>([
    ["deep nesting", deep, "bad_frame"],
    ["an event of deep nesting", two(JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`)), "bad_frame"],
    ["a valid and an invalid event", two({ ...count("b", 1), count: "1" }), "bad_frame"],
    ["a valid event and null", two(null), "bad_frame"],
    ["a negative count", two({ ...count("b", 1), count: -1 }), "bad_frame"],
    ["a fractional count", two({ ...count("b", 1), count: 0.5 }), "bad_frame"],
    [
      "an infinite count",
      two(0).replace(",0]", ',{"type":"queueCount","queue":"b","count":1e400,"at":1}]'),
      "bad_frame",
    ],
    ["a negative time", two({ ...count("b", 1), at: -1 }), "bad_frame"],
    ["__proto__ as an event", two(0).replace(",0]", ',{"__proto__":{"type":"queueCount"}}]'), "bad_frame"],
    ["a name of 129 characters", two({ ...count("b", 1), queue: "q".repeat(129) }), "bad_frame"],
    ["a name with a line end", two({ ...count("b", 1), queue: "a\r\nb" }), "bad_frame"],
    ["an object as list", text({ type: "events", sequence: 2, events: { length: 1 } }), "bad_frame"],
    ["a sequence number as text", text({ type: "events", sequence: "2", events: [] }), "bad_frame"],
    ["a fractional sequence number", text({ type: "events", sequence: 2.5, events: [] }), "bad_frame"],
    ["binary", Buffer.from(text(eventsOf(2))), "bad_frame"],
    ["too many bytes in fewer characters", text(eventsOf(2, "€".repeat(maxUplinkFrameBytes / 3 + 1))), "bad_frame"],
    [
      "too many counters",
      text({
        type: "report",
        at: 1,
        audit: null,
        leftOut: null,
        counters: Object.fromEntries(Array.from({ length: 301 }, (_, n) => [`c${n}`, n])),
      }),
      "bad_frame",
    ],
    ["an invalid counter name", '{"type":"report","at":1,"audit":null,"counters":{"__proto__x":1}}', "bad_frame"],
    ["an invalid outcome", text({ type: "outcome", id: "c1", outcome: { status: "won" } }), "bad_frame"],
    ["a frame of the site", text({ type: "welcome", protocol: uplinkProtocol, through: 5, at: 1 }), "bad_frame"],
    ["a skipped sequence number", text(eventsOf(3, count("a", 9))), "out_of_order"],
    ["the largest sequence number", text(eventsOf(Number.MAX_SAFE_INTEGER, count("a", 9))), "out_of_order"],
    ["a second hello", text({ ...hello, epoch: "two", startedAt: 6 }), "out_of_order"],
  ])("sends %s: nothing of it is kept, and the connector may continue where it was", async (name, said, reason) => {
    const site = `holder-${name.replace(/\W/g, "-").slice(0, 40)}`;
    const uplink = await connect(site);
    uplink.send(text(hello), text(snapshotOf(1, [count("a", 1)])));
    await acknowledged(uplink, 1);
    uplink.send(said);
    expect(await endOf(uplink)).toEqual(closedWith(reason));
    expect(await countsAt(site)).toEqual({ a: 1 });
    const again = await connect(site);
    again.send(text(hello));
    expect(await throughOf(again)).toBe(1);
    again.send(text(eventsOf(2, count("a", 2))));
    await acknowledged(again, 2);
    expect(await countsAt(site)).toEqual({ a: 2 });
    again.close();
  });

  it("UP5 sends an invalid frame during a snapshot: the old states stay until a new snapshot is complete", async () => {
    const site = "parts";
    const uplink = await connect(site);
    uplink.send(text(hello), text(snapshotOf(1, [count("old", 1)])), text(snapshotOf(2, [count("new", 1)], true)));
    await acknowledged(uplink, 2);
    uplink.send(text(eventsOf(3, count("old", 5))));
    expect(await endOf(uplink)).toEqual(closedWith("bad_frame"));
    expect(await countsAt(site)).toEqual({ old: 1 });
    const again = await connect(site);
    again.send(text({ ...hello, epoch: "two", startedAt: 6 }), text(snapshotOf(1, [count("newer", 2)])));
    await acknowledged(again, 1);
    expect(await countsAt(site)).toEqual({ newer: 2 });
    again.close();
  });

  it("sends outcomes of unknown commands and an extreme time: the states do not change", async () => {
    const site = "odd";
    const uplink = await connect(site);
    const outcome = { status: "done", result: {} };
    uplink.send(text(hello), text(snapshotOf(1, [count("a", 1)])));
    for (const id of ["c1", "00000000-0000-4000-8000-000000000000"])
      uplink.send(text({ type: "outcome", id, outcome }));
    await acknowledged(uplink, 1);
    uplink.send(text(eventsOf(2, { ...count("a", 2), at: Number.MAX_SAFE_INTEGER })));
    const ended = uplink.end.then((end) => expect(end).toEqual(closedWith("bad_frame")));
    await Promise.race([ended, acknowledged(uplink, 2)]);
    uplink.close();
    expect(Object.keys(await countsAt(site))).toEqual(["a"]);
  });

  it("sends names with a special meaning in JavaScript or SQL: they are ordinary names", async () => {
    const site = "names";
    const names = [
      "__proto__",
      "constructor",
      "toString",
      "hasOwnProperty",
      "*",
      "/",
      "..",
      "\u202e",
      "\ufffd",
      "'; drop table states; --",
    ];
    const uplink = await connect(site);
    uplink.send(
      text(hello),
      text(
        snapshotOf(
          1,
          names.map((name, index) => count(name, index)),
        ),
      ),
    );
    await acknowledged(uplink, 1);
    const response = await sendRequest(edge.url, `/v1/sites/${site}/state?queues=*`, {
      headers: { authorization: `Bearer ${await mintToken({ site })}` },
    });
    const { events }: { events: { queue: string; count: number }[] } = JSON.parse(response.text);
    expect(new Map(events.map(({ queue, count: value }) => [queue, value]))).toEqual(
      new Map(names.map((name, index) => [name, index])),
    );
    uplink.close();
  });
});

/**
 * One frame of the connector. The kinds of sequence numbers are relative to the last number that the site has
 * acknowledged.
 */
type Move = Readonly<{
  kind: "next" | "again" | "skip" | "older" | "hello" | "nonsense" | "snapshot" | "part" | "reconnect";
  value: number;
}>;
const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Move["kind"]>(
      ...([
        "next",
        "next",
        "next",
        "next",
        "again",
        "skip",
        "older",
        "hello",
        "nonsense",
        "snapshot",
        "part",
        "reconnect",
      ] as const),
    ),
    value: fc.integer({ min: 0, max: 99 }),
  }),
  { minLength: 1, maxLength: 25 },
);

it("UP2, UP4, UP5 any order of valid and invalid frames gives the states that the rules prescribe", async () => {
  let sites = 0;
  await fc.assert(
    fc.asyncProperty(moves, async (list) => {
      const site = `order-${sites++}`;
      const expected = { through: null as number | null, count: null as number | null, part: null as number | null };
      let uplink = await connect(site);
      uplink.send(text(hello));
      const again = async () => {
        uplink.close();
        uplink = await connect(site);
        uplink.send(text(hello));
        expect(await throughOf(uplink)).toBe(expected.through);
      };
      for (const { kind, value } of list) {
        const through = expected.through ?? 0;
        const closes = async (said: unknown, reason: Parameters<typeof closedWith>[0]) => {
          uplink.send(text(said));
          expect(await endOf(uplink)).toEqual(closedWith(reason));
          await again();
        };
        if (kind === "reconnect") await again();
        else if (kind === "hello") await closes(hello, "out_of_order");
        else if (kind === "nonsense") {
          expected.part = null;
          await closes({ type: "events", sequence: through + 1, events: [value] }, "bad_frame");
        } else if (kind === "snapshot" || kind === "part") {
          uplink.send(text(snapshotOf(through + 1, [count("q", value)], kind === "part")));
          await acknowledged(uplink, through + 1);
          expected.through = through + 1;
          expected.part = kind === "part" ? value : null;
          if (kind === "snapshot") expected.count = value;
        } else if (expected.through === null) await closes(eventsOf(1, count("q", value)), "out_of_order");
        else if (kind === "skip") await closes(eventsOf(through + 2 + value, count("q", value)), "out_of_order");
        else if (kind === "again" || kind === "older") {
          uplink.send(text(eventsOf(kind === "again" ? through : 0, count("q", value))));
          await acknowledged(uplink, through);
        } else if (expected.part !== null) {
          expected.part = null;
          await closes(eventsOf(through + 1, count("q", value)), "bad_frame");
        } else {
          uplink.send(text(eventsOf(through + 1, count("q", value), complete(`${through}`))));
          await acknowledged(uplink, through + 1);
          expected.through = through + 1;
          expected.count = value;
        }
      }
      uplink.close();
      expect(await countsAt(site)).toEqual(expected.count === null ? {} : { q: expected.count });
    }),
    { numRuns: 12, seed },
  );
});

it("other sites are not affected", async () => {
  expect(await countsAt("bystander")).toEqual({});
});
