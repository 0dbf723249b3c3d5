import fc from "fast-check";
import { expect, it } from "vitest";
import type { Packet } from "./packet.ts";
import { packetOf } from "./packet-text.ts";

function read(event: string, lines: readonly string[]): Packet {
  const text = lines.join("\r\n");
  const bytes = Buffer.from(`before\r\n\r\n${text}\r\n\r\nafter`, "latin1");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const packet = packetOf({ bytes, view }, 10, 10 + text.length, event);
  if (typeof packet === "string") throw new Error(packet);
  return packet;
}

const names = ["A", "AB", "Abc", "Abcd", "Queue", "Quest", "QueueName"];
const value = fc.constantFrom("", "1", "one: 1", "a\nb", "a\rb", "ends\n");
const line = fc.oneof(
  fc.tuple(fc.constantFrom(...names), fc.constantFrom(": ", ":"), value).map((parts) => parts.join("")),
  fc.constantFrom("no name", ": no name either", "", "A"),
);
/** Blank lines would end the packet. */
const packet = fc.tuple(
  fc.constantFrom("One", "Two"),
  fc.array(line, { maxLength: 12 }).map((lines) => lines.filter((text) => text !== "")),
);

it("a header asked for by name is the first of that name, whatever packets had before and what they were asked for", () => {
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 12 }), fc.shuffledSubarray(names), (packets, asked) => {
      for (const [event, lines] of packets) {
        const { fields } = read(event, lines);
        const all = new Map(fields);
        for (const name of asked) expect([name, fields.get(name)]).toEqual([name, all.get(name)]);
        for (const name of asked) expect([name, fields.has(name)]).toEqual([name, all.has(name)]);
      }
    }),
    { numRuns: 300 },
  );
});

it("packets may be read by turns", () => {
  const [one, other] = [read("One", ["Queue: a", "A: 1"]), read("One", ["A: 2"])];
  expect([one, other, one].map(({ fields }) => [fields.get("Queue"), fields.get("A")])).toEqual([
    ["a", "1"],
    [undefined, "2"],
    ["a", "1"],
  ]);
});

it("names without end are forgotten and read all the same", () => {
  for (let index = 0; index < 20_000; index++) {
    const name = `Name${index}`;
    const { fields } = read(`Event${index % 100}`, [`${name}: ${index}`, "Queue: support"]);
    if (fields.get(name) !== `${index}` || fields.get("Queue") !== "support") expect.fail(name);
  }
});
