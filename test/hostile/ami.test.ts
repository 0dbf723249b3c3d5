/**
 * Asterisk's side gone mad: recorded sessions with bytes changed, lost, doubled and put elsewhere, through the connector's own framer, decoder,
 * model and collator. Nothing may throw, whatever is told must be fit for the wire, and what comes whole afterwards must be understood.
 */
import { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { decodedEvents, decodeEvent } from "../../connector/src/ami/event/decode.ts";
import { regenerationLists } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline } from "../../connector/src/pipeline/pipeline.ts";
import { readAllBytes, versions } from "../trace/replay.ts";

vi.setConfig({ testTimeout: 30_000 });

const banner = "Asterisk Call Manager/9.0.0\r\n";
const recordings = versions.flatMap((version) => readAllBytes(version)).filter(({ bytes }) => bytes.length < 200_000);

/** A connector without sockets: what Asterisk says, and what it tells of it. */
function createConnector() {
  const framer = new Framer((name) => decodedEvents.has(name));
  const pipeline = createPipeline(createAgentRule());
  pipeline.handle({ kind: "regenerationStarted", at: 0 });
  for (const list of regenerationLists) pipeline.handle({ kind: "listCompleted", list, at: 0 });
  pipeline.up(0, 0, "22.0.0");
  framer.push(Buffer.from(banner));
  let now = 0;
  return (bytes: Uint8Array): readonly SiteEvent[] => {
    now += 1_000;
    for (const framed of framer.push(bytes)) {
      if (framed.kind !== "packet") continue;
      const event = decodeEvent(framed.packet, now);
      if (event) pipeline.handle(event);
    }
    return pipeline.tick(now).events;
  };
}

const queueJoin = (queue: string, id: string, count: number) =>
  ["Event: QueueCallerJoin", "Privilege: agent,all", `Channel: PJSIP/t-${id}`, `Uniqueid: ${id}`, `Linkedid: ${id}`]
    .concat([`CallerIDNum: 1`, `CallerIDName: x`, `Queue: ${queue}`, "Position: 1", `Count: ${count}`, "", ""])
    .join("\r\n");

type Damage = Readonly<{
  kind: "change" | "lose" | "double" | "insert";
  place: number;
  length: number;
  bytes: Uint8Array;
}>;

const damages: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("change", "lose", "double", "insert"),
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.integer({ min: 1, max: 400 }),
    bytes: fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc
        .constantFrom("\r\n", "\r\n\r\n", "\0", ": ", "Event: ", "\u00ff", "Queue: a,b\r\n", "-1", "1e999")
        .map((text) => Buffer.from(text, "latin1")),
    ),
  }),
  { minLength: 1, maxLength: 30 },
);

function damaged(bytes: Buffer, list: readonly Damage[]): Buffer {
  let result = bytes;
  for (const { kind, place, length, bytes: some } of list) {
    const at = Math.floor(place * result.length);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    const piece = after.subarray(0, length);
    const parts = {
      change: [before, some, after.subarray(some.length)],
      lose: [before, after.subarray(length)],
      double: [before, piece, piece, after.subarray(length)],
      insert: [before, some, after],
    }[kind];
    result = Buffer.concat(parts);
  }
  return result;
}

it("damaged sessions end in events that fit the wire, and in nothing else", () => {
  let told = 0;
  fc.assert(
    fc.property(fc.nat(recordings.length - 1), damages, fc.integer({ min: 100, max: 20_000 }), (index, list, cut) => {
      const take = createConnector();
      const bytes = damaged(recordings[index]?.bytes ?? Buffer.alloc(0), list);
      for (let from = 0; from < bytes.length; from += cut)
        for (const event of take(bytes.subarray(from, from + cut))) {
          told += 1;
          const parsed = SiteEvent.safeParse(event);
          if (!parsed.success) throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.message}`);
        }
    }),
    { numRuns: 150 },
  );
  expect(told).toBeGreaterThan(1_000);
});

it("after any bytes at all, the next whole packet is understood", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 20 }), (chunks) => {
      const take = createConnector();
      for (const chunk of chunks) take(chunk);
      const told = take(Buffer.from(`\r\n\r\n${queueJoin("support", "1700000000.1", 1)}`));
      expect(told).toContainEqual(expect.objectContaining({ type: "queueCount", queue: "support", count: 1 }));
    }),
    { numRuns: 200 },
  );
});

it("names and numbers of any length and letters, in packets that are well formed, are told so that the site can take them, or not at all", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constant("x".repeat(5_000)),
  );
  const value = text.map((one) => one.replace(/[\r\n]/g, " "));
  fc.assert(
    fc.property(value, value, value, value, (queue, name, number, member) => {
      const take = createConnector();
      const join = queueJoin(queue, "1700000000.1", 1)
        .replace("CallerIDNum: 1", `CallerIDNum: ${number}`)
        .replace("CallerIDName: x", `CallerIDName: ${name}`);
      const add = ["Event: QueueMemberAdded", `Queue: ${queue}`, `MemberName: ${name}`, `Interface: PJSIP/${member}`]
        .concat([
          `StateInterface: PJSIP/${member}`,
          "Membership: dynamic",
          "Penalty: 0",
          "Status: 1",
          "Paused: 1",
          `PausedReason: ${number}`,
          "",
          "",
        ])
        .join("\r\n");
      const dial = [
        "Event: DialBegin",
        "Channel: PJSIP/t-1",
        "Uniqueid: 1700000000.1",
        "Linkedid: 1700000000.1",
        `CallerIDNum: ${number}`,
      ]
        .concat([
          `CallerIDName: ${name}`,
          `DestChannel: PJSIP/${member}-1`,
          "DestUniqueid: 1700000000.2",
          "DestLinkedid: 1700000000.1",
          "",
          "",
        ])
        .join("\r\n");
      for (const packet of [add, join, dial])
        for (const event of take(Buffer.from(packet))) {
          const parsed = SiteEvent.safeParse(event);
          if (!parsed.success) throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.message}`);
        }
    }),
    { numRuns: 300 },
  );
});
