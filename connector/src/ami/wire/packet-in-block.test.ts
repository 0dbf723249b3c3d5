import fc from "fast-check";
import { expect, it } from "vitest";
import { HeaderIndex } from "./header-index.ts";
import type { Packet } from "./packet.ts";
import { PacketInBlock } from "./packet-in-block.ts";
import { TextPool } from "./text-pool.ts";
import { blockOf } from "./words.ts";

const newIndex = () => new HeaderIndex(new TextPool(), blockOf(Buffer.alloc(0)));

/** Packets of one push, each given by its event and its lines. */
function readAll(
  index: HeaderIndex,
  packets: readonly (readonly [event: string, lines: readonly string[]])[],
): Packet[] {
  let text = "before\r\n\r\n";
  const places = packets.map(([event, lines]) => {
    const start = text.length;
    text += lines.join("\r\n");
    const end = text.length;
    text += "\r\n\r\n";
    return { start, end, event };
  });
  index.beginPush(blockOf(Buffer.from(`${text}after`, "latin1")));
  return places.map(({ start, end, event }) => new PacketInBlock(index, start, end, event));
}

function read(index: HeaderIndex, event: string, lines: readonly string[]): Packet {
  return readAll(index, [[event, lines]])[0] as Packet;
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

it("`get` returns the first header of that name, whatever earlier packets contained and which headers were read", () => {
  const index = newIndex();
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 12 }), fc.shuffledSubarray(names), (packets, wanted) => {
      for (const [event, lines] of packets) {
        const { fields } = read(index, event, lines);
        const all = new Map(fields);
        for (const name of wanted) expect([name, fields.get(name)]).toEqual([name, all.get(name)]);
        for (const name of wanted) expect([name, fields.has(name)]).toEqual([name, all.has(name)]);
      }
    }),
    { numRuns: 300 },
  );
});

it("the packets of one push may be read in any order, again and again", () => {
  const [one, other] = readAll(newIndex(), [
    ["One", ["Queue: a", "A: 1"]],
    ["One", ["A: 2"]],
  ]);
  expect([one, other, one].map((each) => [each?.fields.get("Queue"), each?.fields.get("A")])).toEqual([
    ["a", "1"],
    [undefined, "2"],
    ["a", "1"],
  ]);
});

it("an endless number of names is forgotten in time, and read all the same", () => {
  const headers = newIndex();
  for (let index = 0; index < 20_000; index++) {
    const name = `Name${index}`;
    const { fields } = read(headers, `Event${index % 100}`, [`${name}: ${index}`, "Queue: support"]);
    if (fields.get(name) !== `${index}` || fields.get("Queue") !== "support") expect.fail(name);
  }
});

it.each<[string, (packet: Packet) => unknown]>([
  ["get", ({ fields }) => fields.get("Queue")],
  ["get of the event's name", ({ fields }) => fields.get("Event")],
  ["has", ({ fields }) => fields.has("Queue")],
  ["the iterator", ({ fields }) => new Map(fields)],
  ["repeated", ({ repeated }) => repeated],
  ["output", ({ output }) => output],
])("%s throws once the next push has begun", (_what, use) => {
  const index = newIndex();
  const stale = read(index, "One", ["Event: One", "Queue: a"]);
  use(stale);
  const next = read(index, "One", ["Event: One", "Queue: b"]);
  expect(() => use(stale)).toThrow("after the next push");
  expect(next.fields.get("Queue")).toBe("b");
});
