/**
 * Well-formed AMI packets with nonsensical values: whatever a header contains, every published event matches the wire's
 * schema.
 */
import { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { decodedEvents } from "../../connector/src/ami/event/decode.ts";
import { createModelConnector } from "../harness/model-connector.ts";
import { readAllBytes, versions } from "../trace/replay.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A fixed seed, so that a failure can be reproduced. */
const seed = 20_261_123;
const latin1 = (text: string) => Buffer.from(text, "latin1");

/** The packets of the recordings that the connector decodes, as lists of headers. */
const packets = versions
  .flatMap((version) => readAllBytes(version))
  .flatMap(({ bytes }) => bytes.toString("latin1").split("\r\n\r\n"))
  .map((text) =>
    text.split("\r\n").map((line): [string, string] => [line.split(":")[0] ?? "", line.replace(/^[^:]*: ?/, "")]),
  )
  .filter(([first]) => first?.[0] === "Event" && decodedEvents.has(first[1]))
  // Asterisk with `timestampevents = yes` adds this header to every event.
  .map((packet) => [...packet, ["Timestamp", "1795425023.123456"] as [string, string]]);

const nastyNumber = [
  "-1",
  "0",
  "1e15",
  "1e300",
  "1e999",
  "-1e300",
  "NaN",
  "Infinity",
  "-Infinity",
  "0x7fffffff",
  "1.5",
  " 7 ",
].concat([
  "9007199254740991",
  "-9007199254740991",
  "9007199254740993",
  "99999999999999999999",
  "\u0661",
  "1,5",
  "1e-300",
]);
const nastyText = [
  "",
  " ",
  ",",
  "*",
  "/",
  "PJSIP/",
  "/1001",
  "Local/@/n",
  "__proto__",
  "constructor",
  "toString",
  "\0",
  "\x7f",
].concat([
  "\xff",
  "a\nb",
  "<unknown>",
  "$[1 + 1]",
  "PJSIP/1001,PJSIP/1002",
  "x".repeat(129),
  "x".repeat(4_096),
  "\xed\xa0\x80",
]);

type Edit = Readonly<{ kind: "value" | "drop" | "double" | "swap"; place: number; other: number; value: string }>;
const edits = fc.array(
  fc.record({
    kind: fc.constantFrom<Edit["kind"]>("value", "value", "value", "drop", "double", "swap"),
    place: fc.nat(60),
    other: fc.nat(60),
    value: fc.constantFrom(...nastyNumber, ...nastyText),
  }),
  { minLength: 1, maxLength: 4 },
);

function edited(packet: readonly [string, string][], list: readonly Edit[]): [string, string][] {
  const result = packet.map(([name, value]): [string, string] => [name, value]);
  // The first header, `Event`, is not changed.
  const at = (place: number) => 1 + (place % Math.max(1, result.length - 1));
  for (const { kind, place, other, value } of list) {
    const one = result[at(place)];
    const two = result[at(other)];
    if (!one || !two) continue;
    if (kind === "value") one[1] = value;
    else if (kind === "swap") [one[1], two[1]] = [two[1], one[1]];
    else if (kind === "drop") result.splice(at(place), 1);
    else result.splice(at(place), 0, [one[0], value]);
  }
  return result;
}

const textOf = (packet: readonly [string, string][]) =>
  `${packet.map(([name, value]) => `${name}: ${value}`).join("\r\n")}\r\n\r\n`;

function mustFit(events: readonly SiteEvent[], packet: string): void {
  for (const event of events) {
    const parsed = SiteEvent.safeParse(event);
    if (!parsed.success)
      throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.path.join(".")} after\n${packet}`);
  }
}

describe("nonsensical values", () => {
  /** Packets of each event from the beginning, middle and end of the recordings: the first values of a queue are zero. */
  const ofEach = 2;
  const byName = Map.groupBy(packets, (packet) => packet[0]?.[1] ?? "");
  const some = [...byName.values()].flatMap((all) =>
    all.filter((_, index) => index % Math.ceil(all.length / ofEach) === 0 || index === all.length - 1),
  );

  it("in one header lead only to events that match the schema", () => {
    const refused = new Set<string>();
    let published = 0;
    for (const packet of some)
      for (let place = 1; place < packet.length; place++)
        for (const value of nastyNumber) {
          const header = packet[place]?.[0];
          const changed = packet.map(([name, old], index): [string, string] => [name, index === place ? value : old]);
          const connector = createModelConnector();
          const events = [...connector.receive(latin1(textOf(changed))), ...connector.snapshot()];
          published += events.length;
          for (const event of events) {
            const { error } = SiteEvent.safeParse(event);
            if (error)
              refused.add(
                `${header === "Timestamp" ? "any" : packet[0]?.[1]} ${header} → ${event.type}.${error.issues[0]?.path.join(".")}`,
              );
          }
        }
    expect(published).toBeGreaterThan(1_000);
    expect([...refused].sort()).toEqual([]);
  });

  it("in several headers of many packets lead only to events that match the schema", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(some.length - 1), edits), { minLength: 5, maxLength: 40 }), (list) => {
        const connector = createModelConnector();
        for (const [index, edit] of list) {
          const text = textOf(edited(some[index] ?? [], edit));
          mustFit(connector.receive(latin1(text)), text);
        }
        mustFit(connector.snapshot(), "all of them");
      }),
      { numRuns: 400, seed },
    );
  });
});
