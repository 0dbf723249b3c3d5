/**
 * Packets that are well formed and say nonsense: whatever a header says, what the connector makes of it is told so that the site can take it.
 */
import { SiteEvent } from "@pbxis/shared";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { decodedEvents, decodeEvent } from "../../connector/src/ami/event/decode.ts";
import { regenerationLists } from "../../connector/src/ami/event/event.ts";
import { Framer } from "../../connector/src/ami/wire/framer.ts";
import { createAgentRule } from "../../connector/src/model/state/agent.ts";
import { createPipeline } from "../../connector/src/pipeline/pipeline.ts";
import { readAllBytes, versions } from "../trace/replay.ts";

vi.setConfig({ testTimeout: 30_000 });

/** The same for all, so that a failure can be had again. */
const seed = 20_261_123;
const latin1 = (text: string) => Buffer.from(text, "latin1");
const banner = latin1("Asterisk Call Manager/11.0.0\r\n");

/** The packets of the recordings that the model uses, as lists of headers. */
const packets = versions
  .flatMap((version) => readAllBytes(version))
  .flatMap(({ bytes }) => bytes.toString("latin1").split("\r\n\r\n"))
  .map((text) =>
    text.split("\r\n").map((line): [string, string] => [line.split(":")[0] ?? "", line.replace(/^[^:]*: ?/, "")]),
  )
  .filter(([first]) => first?.[0] === "Event" && decodedEvents.has(first[1]))
  // A PBX with timestampevents = yes sends it with each event.
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
  // The first header stays: it makes the packet an event of that name.
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

/** A connector without sockets, live; `take` gives what would go to the site. */
function createConnector() {
  const framer = new Framer();
  const pipeline = createPipeline(createAgentRule());
  pipeline.handle({ kind: "regenerationStarted", at: 0 });
  for (const list of regenerationLists) pipeline.handle({ kind: "listCompleted", list, at: 0 });
  pipeline.up(0, 0, "22.0.0");
  framer.push(banner);
  let now = 1_795_420_000_000;
  return {
    take: (text: string): readonly SiteEvent[] => {
      now += 1_000;
      for (const framed of framer.push(latin1(text))) {
        const event = framed.kind === "packet" ? decodeEvent(framed.packet, now) : undefined;
        if (event) pipeline.handle(event);
      }
      return pipeline.tick(now).events;
    },
    snapshot: () => pipeline.snapshot()?.events ?? [],
  };
}

function mustFit(events: readonly SiteEvent[], packet: string): void {
  for (const event of events) {
    const parsed = SiteEvent.safeParse(event);
    if (!parsed.success)
      throw new Error(`${JSON.stringify(event)}: ${parsed.error.issues[0]?.path.join(".")} after\n${packet}`);
  }
}

describe("packets that are well formed and say nonsense", () => {
  /** Some of each kind, from all over the recordings: a queue's first figures are all zero. */
  const ofEach = 5;
  const byName = Map.groupBy(packets, (packet) => packet[0]?.[1] ?? "");
  const some = [...byName.values()].flatMap((all) =>
    all.filter((_, index) => index % Math.ceil(all.length / ofEach) === 0 || index === all.length - 1),
  );

  it("no header's value makes an event that the site would refuse", () => {
    const refused = new Set<string>();
    let told = 0;
    for (const packet of some)
      for (let place = 1; place < packet.length; place++)
        for (const value of nastyNumber) {
          const header = packet[place]?.[0];
          const changed = packet.map(([name, old], index): [string, string] => [name, index === place ? value : old]);
          const connector = createConnector();
          const events = [...connector.take(textOf(changed)), ...connector.snapshot()];
          told += events.length;
          for (const event of events) {
            const { error } = SiteEvent.safeParse(event);
            if (error)
              refused.add(
                `${header === "Timestamp" ? "any" : packet[0]?.[1]} ${header} → ${event.type}.${error.issues[0]?.path.join(".")}`,
              );
          }
        }
    expect(told).toBeGreaterThan(1_000);
    expect([...refused].sort()).toEqual([]);
  });

  it("nor do several at once, one packet after another, in one connector's life", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(some.length - 1), edits), { minLength: 5, maxLength: 40 }), (list) => {
        const connector = createConnector();
        for (const [index, edit] of list) {
          const text = textOf(edited(some[index] ?? [], edit));
          mustFit(connector.take(text), text);
        }
        mustFit(connector.snapshot(), "all of them");
      }),
      { numRuns: 400, seed },
    );
  });
});
