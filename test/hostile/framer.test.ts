/**
 * Cases beyond the framer's own tests and ami.test.ts: the memory used for a packet that never ends, recovery from
 * garbage at the next blank line for any chunking, and invalid responses to the link's actions.
 */
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { maxNames } from "../../connector/src/ami/wire/event-names.ts";
import { type Framed, Framer, maxPacketBytes } from "../../connector/src/ami/wire/framer.ts";
import { boot, goLive, logIn, openDialog, success } from "../../connector/src/testing/ami-dialog.ts";

vi.setConfig({ testTimeout: 120_000 });

/** A fixed seed, so that a failure can be reproduced. */
const seed = 20_261_123;
const latin1 = (text: string) => Buffer.from(text, "latin1");
const banner = latin1("Asterisk Call Manager/11.0.0\r\n");

const garbage: readonly (readonly [string, Buffer])[] = [
  ["a giant line", latin1(`Event: ${"x".repeat(3 * maxPacketBytes)}`)],
  ["NULs", Buffer.alloc(2 * maxPacketBytes)],
  ["invalid UTF-8", latin1("Event: \xc3\xff\xfe\xf5\x80: \xed\xa0\x80\xf8")],
  ["an endless header list", latin1("X: y\r\n".repeat(maxPacketBytes))],
  ["headers without names", latin1(": \r\n".repeat(500))],
  ["carriage returns", latin1("\r".repeat(maxPacketBytes + 100))],
  ["line feeds", latin1("\n".repeat(maxPacketBytes + 100))],
  ["incomplete packet ends", latin1("\r\n\r\r\n\n\r\n\n\r".repeat(1_000))],
  ["half a packet end", latin1("Event: QueueCallerJoin\r\n\r")],
  ["every byte value", Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
];

/**
 * Array buffer memory above `before` after garbage collection. Collects up to 20 times, until it is at most `bound`.
 */
async function keptBytes(before: number, bound: number): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  for (let round = 0; ; round++) {
    collect();
    await setImmediate();
    const kept = process.memoryUsage().arrayBuffers - before;
    if (kept <= bound || round === 20) return kept;
  }
}

describe("endless input", () => {
  const endless: readonly (readonly [string, Buffer])[] = [
    ["one line", Buffer.alloc(64 * 1024, "x")],
    ["headers", latin1("X: y\r\n".repeat(10_000))],
    ["NULs", Buffer.alloc(64 * 1024)],
    ["carriage returns", Buffer.alloc(64 * 1024, "\r")],
  ];

  it.each(endless)("%s: at most the longest packet and one chunk are kept", async (_name, chunk) => {
    const framers = Array.from({ length: 30 }, () => new Framer());
    for (const framer of framers) framer.push(banner);
    await keptBytes(0, 0);
    const before = process.memoryUsage().arrayBuffers;
    // Two megabytes for each of thirty framers: keeping them all would take sixty.
    for (const framer of framers) for (let sent = 0; sent < 2 ** 21; sent += chunk.length) framer.push(chunk);
    const bound = framers.length * (maxPacketBytes + chunk.length + 16 * 1024);
    expect(await keptBytes(before, bound)).toBeLessThanOrEqual(bound);
    for (const framer of framers)
      expect(framer.push(latin1("\r\n\r\nEvent: B\r\n\r\n"))).toContainEqual(
        expect.objectContaining({ kind: "packet" }),
      );
  });

  it("a greeting: nothing is kept, and all further input is ignored", () => {
    const framer = new Framer();
    const framed = Array.from({ length: 100 }, () => framer.push(Buffer.alloc(64 * 1024, "A"))).flat();
    expect(framed).toEqual([{ kind: "fault", fault: "not_asterisk" }]);
    expect(framer.push(Buffer.concat([banner, latin1("Event: B\r\n\r\n")]))).toEqual([]);
  });

  it("event names: those beyond the limit share one counter", () => {
    const framer = new Framer(() => false);
    framer.push(banner);
    const names = Array.from(
      { length: 20_000 },
      (_, index) => `Event: Evil${index}-${"x".repeat(index % 200)}\r\n\r\n`,
    );
    expect(framer.push(latin1(names.join("")))).toEqual([]);
    expect(framer.skipped.size).toBeLessThanOrEqual(maxNames + 1);
    expect([...framer.skipped.values()].reduce((sum, count) => sum + count, 0)).toBe(names.length);
  });
});

describe("after garbage and a blank line", () => {
  const good = latin1("\r\n\r\nEvent: Good\r\nX: 1\r\n\r\n");
  const namesOf = (framed: readonly Framed[]) =>
    framed.flatMap((one) => (one.kind === "packet" ? [one.fields.get("Event")] : []));

  it.each(garbage)("%s: the next packet is read for every chunking", (_name, bytes) => {
    const all = Buffer.concat([banner, bytes, good]);
    const seam = banner.length + bytes.length;
    const places = [-3, -2, -1, 0, 1, 2, 3, 4, 5, 12].map((offset) => seam + offset);
    for (const first of places)
      for (const second of places.filter((place) => place >= first)) {
        const framer = new Framer();
        const parts = [all.subarray(0, first), all.subarray(first, second), all.subarray(second)];
        // A packet must be read before the next push.
        const names = parts.flatMap((part) => namesOf(framer.push(part)));
        expect([first - seam, second - seam, names.at(-1)]).toEqual([first - seam, second - seam, "Good"]);
      }
  });
});

describe("the link", () => {
  const askForLists = (dialog: ReturnType<typeof openDialog>): void => {
    boot(dialog);
    dialog.answerAll("Filter", success);
  };
  const answer = fc.record({
    kind: fc.constantFrom(
      "Response: Success",
      "Response: Error",
      "Response: Goodbye",
      "Response:",
      "Event: FullyBooted",
      "Event: X",
    ),
    id: fc.constantFrom("", "1", "2", "3", "7", "99", "-1", "__proto__", "1e9"),
    lines: fc.array(
      fc
        .constantFrom(
          "EventList: start",
          "EventList: Complete",
          "EventList: cancelled",
          "ListItems: -1",
          "Message: Permission denied",
        )
        .chain((line) =>
          fc.constantFrom(
            line,
            "Challenge: ",
            "CoreStartupDate: 9999999-99-99",
            "AsteriskVersion: \0",
            "Event: Shutdown",
          ),
        ),
      { maxLength: 4 },
    ),
  });

  it.each([
    ["greeting", () => {}],
    ["login", (dialog: ReturnType<typeof openDialog>) => dialog.receive("Asterisk Call Manager/11.0.0")],
    ["booting", logIn],
    ["lists", askForLists],
    ["live", goLive],
  ])("in phase %s survives unsolicited responses, and reports its end once", (_phase, reach) => {
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 40 }), fc.uint8Array({ maxLength: 300 }), (answers, bytes) => {
        const dialog = openDialog();
        reach(dialog);
        for (const { kind, id, lines } of answers)
          dialog.receive(`${[kind, `ActionID: ${dialog.idPrefix}${id}`, ...lines].join("\r\n")}\r\n`);
        dialog.receiveBytes(bytes);
        dialog.tick(1_000);
        dialog.tick(10_000_000);
        expect(dialog.outputs.filter(({ kind }) => kind === "ended")).toHaveLength(1);
        expect(dialog.sent.length).toBeLessThan(200);
      }),
      { numRuns: 100, seed },
    );
  });
});
