/**
 * Damaged AMI sessions: recorded sessions with bytes changed, removed, repeated and inserted, through the connector's
 * framer, decoders and pipeline. Nothing may throw, every published event must match the wire's schema, and intact
 * packets after the damage must be understood.
 */
import { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { createModelConnector } from "../harness/model-connector.ts";
import { readAllBytes, versions } from "../trace/replay.ts";

vi.setConfig({ testTimeout: 120_000 });

const recordings = versions.flatMap((version) => readAllBytes(version)).filter(({ bytes }) => bytes.length < 200_000);

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

it("damaged sessions lead only to events that match the schema", () => {
  let published = 0;
  fc.assert(
    fc.property(fc.nat(recordings.length - 1), damages, fc.integer({ min: 100, max: 20_000 }), (index, list, cut) => {
      const connector = createModelConnector();
      const bytes = damaged(recordings[index]?.bytes ?? Buffer.alloc(0), list);
      for (let from = 0; from < bytes.length; from += cut)
        for (const event of connector.receive(bytes.subarray(from, from + cut))) {
          published += 1;
          const parsed = SiteEvent.safeParse(event);
          if (!parsed.success) throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.message}`);
        }
    }),
    { numRuns: 150 },
  );
  expect(published).toBeGreaterThan(1_000);
});

it("after arbitrary bytes, the next intact packet is understood", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 2_000 }), { maxLength: 20 }), (chunks) => {
      const connector = createModelConnector();
      for (const chunk of chunks) connector.receive(chunk);
      const events = connector.receive(Buffer.from(`\r\n\r\n${queueJoin("support", "1700000000.1", 1)}`));
      expect(events).toContainEqual(expect.objectContaining({ type: "queueCount", queue: "support", count: 1 }));
    }),
    { numRuns: 200 },
  );
});

it("names and numbers of any length and characters lead only to events that match the schema", () => {
  const text = fc.oneof(
    fc.string({ maxLength: 300 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constant("x".repeat(5_000)),
  );
  const value = text.map((one) => one.replace(/[\r\n]/g, " "));
  fc.assert(
    fc.property(value, value, value, value, (queue, name, number, member) => {
      const connector = createModelConnector();
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
        for (const event of connector.receive(Buffer.from(packet))) {
          const parsed = SiteEvent.safeParse(event);
          if (!parsed.success) throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.message}`);
        }
    }),
    { numRuns: 300 },
  );
});
