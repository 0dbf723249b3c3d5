import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SelectEvent } from "./event-names.ts";
import { type Framed, Framer, maxBannerBytes, maxPacketBytes } from "./framer.ts";
import { maxHeaders } from "./header-index.ts";
import { maxLineBytes } from "./packet-in-block.ts";

const banner = "Asterisk Call Manager/11.0.0\r\n";
const latin1 = (text: string) => Buffer.from(text, "latin1");

function frame(bytes: Buffer, cuts: readonly number[] = [], select?: SelectEvent): Framed[] {
  const framer = new Framer(select);
  const ends = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((one, other) => one - other);
  return [...ends, bytes.length].flatMap((end, index) => push(framer, bytes.subarray(ends[index - 1] ?? 0, end)));
}

/** Packets are read at once, because the next push invalidates them. A socket overwrites its chunk, too. */
function push(framer: Framer, part: Buffer): Framed[] {
  const chunk = Buffer.from(part);
  const framed = framer.push(chunk);
  chunk.fill("#");
  return framed.map(copyOf);
}

function copyOf(framed: Framed): Framed {
  if (framed.kind !== "packet") return framed;
  const { fields, repeated, output } = framed;
  return { kind: "packet", fields: new Map(fields), repeated, output };
}

const fieldsOf = (framed: readonly Framed[]) =>
  framed.flatMap((one) => (one.kind === "packet" ? [Object.fromEntries(one.fields)] : []));
const faultsOf = (framed: readonly Framed[]) => framed.flatMap((one) => (one.kind === "fault" ? [one.fault] : []));

const anyByte = fc.nat(255).map((code) => String.fromCharCode(code));
const partOfLine = fc.constantFrom("\r\n", "\r\n\r\n", "\r", "\n", "Event: ", "A", ": ", "Response: Success");

function trace(version: number, name: string): Buffer {
  const url = new URL(`../../../../test/trace/recorded/${version}/${name}.ami.gz`, import.meta.url);
  return gunzipSync(readFileSync(url));
}

describe("any cut of the bytes gives the same packets", () => {
  it.each([
    [22, "a_answer_caller_hangs"],
    [16, "i_park"],
    [22, "r_encoding"],
  ])("recorded on %i: %s", (version, name) => {
    const bytes = trace(version, name).subarray(0, 60_000);
    const whole = frame(bytes);
    expect(whole.length).toBeGreaterThan(50);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 50 }), (cuts) => {
        expect(frame(bytes, cuts)).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it("byte by byte", () => {
    const bytes = trace(16, "e_pause").subarray(0, 8000);
    expect(frame(bytes, [...bytes.keys()])).toEqual(frame(bytes));
  });

  it("also if packets are skipped, too long, or separated by empty lines", () => {
    const long = `Event: Long\r\nX: ${"x".repeat(maxPacketBytes)}\r\n\r\n`;
    const bytes = latin1(
      `${banner}\r\n\r\nEvent: A\r\nB: 1\r\n\r\n\r\nEvent: No\r\n\r\n${long}Event: A\r\nB: 2\r\n\r\n`,
    );
    const select = (name: string) => name !== "No";
    const whole = frame(bytes, [], select);
    expect(fieldsOf(whole)).toEqual([
      { Event: "A", B: "1" },
      { Event: "A", B: "2" },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        expect(frame(bytes, cuts, select)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

describe("packets", () => {
  it("the longest allowed packet passes with any cut, and one with a byte more never", () => {
    const longest = (more: number) => {
      const line = `X: ${"x".repeat(maxLineBytes - 5)}\r\n`;
      const head = `Event: A\r\n${line.repeat(3)}Y: `;
      return latin1(`${banner}${head}${"y".repeat(maxPacketBytes - head.length + more)}\r\n\r\n`);
    };
    for (const [more, expected] of [
      [0, "packet"],
      [1, "fault"],
    ] as const)
      for (const cut of [0, 1, 2, 3, 4, 5, 1000])
        expect([cut, frame(longest(more), [longest(more).length - cut])[1]?.kind]).toEqual([cut, expected]);
  });

  const only = (text: string) => frame(latin1(banner + text)).slice(1);

  it("`fields` has the first of repeated headers, and `repeated` all of them", () => {
    const [one] = only("Event: A\r\nVariable: x=1\r\nVariable: y=2\r\n\r\n");
    expect(one).toMatchObject({ kind: "packet", repeated: new Map([["Variable", ["x=1", "y=2"]]]) });
    expect(fieldsOf(one ? [one] : [])).toEqual([{ Event: "A", Variable: "x=1" }]);
  });

  it("a line feed that ends a value, as in `Park`'s answer, is removed", () => {
    expect(fieldsOf(only("Response: Success\r\nMessage: Park successful\n\r\n\r\n"))).toEqual([
      { Response: "Success", Message: "Park successful" },
    ]);
  });

  it("the output of a command does not become headers", () => {
    const [one] = only("Response: Success\r\nOutput: Event: Hangup\r\nOutput:   two: 2\r\nOutput: \r\n\r\n");
    expect(one).toMatchObject({ kind: "packet", output: ["Event: Hangup", "  two: 2", ""] });
  });

  it("a value with line feeds stays one value", () => {
    expect(fieldsOf(only("Event: VarSet\r\nValue: one\ntwo: 2\nthree\r\n\r\n"))).toEqual([
      { Event: "VarSet", Value: "one\ntwo: 2\nthree" },
    ]);
  });

  it("values are UTF-8, or else Latin-1", () => {
    const bytes = Buffer.concat([
      latin1(`${banner}Event: A\r\nName: J\xf6rg\xa0\r\nOther: `),
      Buffer.from("Žofie à"),
      latin1("\r\n\r\n"),
    ]);
    expect(fieldsOf(frame(bytes))).toEqual([{ Event: "A", Name: "Jörg\u00a0", Other: "Žofie à" }]);
  });
});

describe("packets of a former push", () => {
  const joined = (queue: string) => latin1(`Event: QueueCallerJoin\r\nQueue: ${queue}\r\n\r\n`);
  const packetOf = ([framed]: readonly Framed[]) => {
    if (framed?.kind !== "packet") throw new Error(`not a packet: ${framed?.kind}`);
    return framed;
  };
  const newFramer = () => {
    const framer = new Framer();
    framer.push(latin1(banner));
    return framer;
  };

  it("throw when they are read, rather than return other bytes", () => {
    const framer = newFramer();
    const former = packetOf(framer.push(joined("sales")));
    expect(former.fields.get("Queue")).toBe("sales");
    // Even a push without a whole packet may move the bytes.
    framer.push(latin1("Event"));
    expect(() => former.fields.get("Queue")).toThrow("after the next push");
  });

  it("are not disturbed by another framer", () => {
    const [one, other] = [newFramer(), newFramer()];
    const first = packetOf(one.push(joined("sales")));
    expect(first.fields.get("Queue")).toBe("sales");
    const second = packetOf(other.push(latin1("Event: QueueCallerJoin\r\nCount: 1\r\nQueue: support\r\n\r\n")));
    expect([first, second, first].map(({ fields }) => [fields.get("Queue"), fields.get("Count")])).toEqual([
      ["sales", undefined],
      ["support", "1"],
      ["sales", undefined],
    ]);
  });

  it("of two framers give the same packets interleaved as one after the other", () => {
    const [some, others] = [trace(22, "a_answer_caller_hangs"), trace(16, "e_pause")].map((bytes) =>
      bytes.subarray(0, 20_000),
    );
    if (!some || !others) throw new Error("two traces");
    const [one, other] = [new Framer(), new Framer()];
    const read: [Framed[], Framed[]] = [[], []];
    for (let from = 0; from < 20_000; from += 700) {
      const parts = [one.push(some.subarray(from, from + 700)), other.push(others.subarray(from, from + 700))] as const;
      const [left, right] = parts.map((framed) => framed.values());
      // Alternate between the packets of both pushes.
      for (let a = left?.next(), b = right?.next(); a?.value || b?.value; a = left?.next(), b = right?.next()) {
        if (a?.value) read[0].push(copyOf(a.value));
        if (b?.value) read[1].push(copyOf(b.value));
      }
    }
    expect(read).toEqual([frame(some), frame(others)]);
  });
});

describe("limits", () => {
  it.each([
    ["an HTTP server", "HTTP/1.1 400 Bad Request\r\n\r\n"],
    ["an SSH server", "SSH-2.0-OpenSSH_9.2\r\n"],
    ["no line at all", "x".repeat(10)],
    ["an endless greeting", `Asterisk Call Manager/${"1".repeat(maxBannerBytes)}`],
  ])("%s is not Asterisk", (_what, text) => {
    expect(frame(latin1(text))).toEqual([{ kind: "fault", fault: "not_asterisk" }]);
  });

  it.each([
    ["packet_too_long", `Event: A\r\nX: ${"x".repeat(maxPacketBytes)}\r\n\r\n`],
    ["line_too_long", `Event: A\r\nX: ${"x".repeat(maxLineBytes)}\r\n\r\n`],
    ["too_many_headers", `Event: A\r\n${"X: y\r\n".repeat(maxHeaders)}\r\n`],
  ])("%s: dropped, and the next packet is read", (fault, text) => {
    const framed = frame(latin1(`${banner}${text}Event: B\r\n\r\n`));
    expect(faultsOf(framed)).toEqual([fault]);
    expect(fieldsOf(framed)).toEqual([{ Event: "B" }]);
  });

  it("bytes without an end are not buffered", () => {
    const framer = new Framer();
    framer.push(latin1(banner));
    const chunk = latin1("x".repeat(65_536));
    const framed = Array.from({ length: 20 }, () => framer.push(chunk)).flat();
    expect(faultsOf(framed)).toEqual(["packet_too_long"]);
    expect(fieldsOf(framer.push(latin1("\r\n\r\nEvent: B\r\n\r\n")))).toEqual([{ Event: "B" }]);
  });

  it("any bytes result in values, never in an exception, and any cut in the same values", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 10 }), fc.array(fc.oneof(anyByte, partOfLine)), (cuts, parts) => {
        const bytes = Buffer.concat([latin1(banner), ...parts.map(latin1)]);
        const places = cuts.map((cut) => cut % (bytes.length + 1));
        expect(frame(bytes, places)).toEqual(frame(bytes));
      }),
    );
  });
});
