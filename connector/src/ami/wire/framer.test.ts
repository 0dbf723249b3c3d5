import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SelectEvent } from "./event-names.ts";
import { type Framed, Framer, maxBannerBytes, maxPacketBytes } from "./framer.ts";
import { maxHeaders, maxLineBytes } from "./packet-text.ts";

const banner = "Asterisk Call Manager/11.0.0\r\n";
const latin1 = (text: string) => Buffer.from(text, "latin1");

function frame(bytes: Buffer, cuts: readonly number[] = [], wanted?: SelectEvent): Framed[] {
  const framer = new Framer(wanted);
  const ends = [...new Set(cuts.filter((cut) => cut < bytes.length))].sort((one, other) => one - other);
  return [...ends, bytes.length].flatMap((end, index) => push(framer, bytes.subarray(ends[index - 1] ?? 0, end)));
}

/** Packets are read here and now: the next push writes over them, and a socket over the chunk. */
function push(framer: Framer, part: Buffer): Framed[] {
  const chunk = Buffer.from(part);
  const framed = framer.push(chunk);
  chunk.fill("#");
  return framed.map((one) => {
    if (one.kind !== "packet") return one;
    const { fields, repeated, output } = one.packet;
    return { kind: "packet", packet: { fields: new Map(fields), repeated, output } };
  });
}

const fieldsOf = (framed: readonly Framed[]) =>
  framed.flatMap((one) => (one.kind === "packet" ? [Object.fromEntries(one.packet.fields)] : []));
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

  it("also when packets are unwanted, too long, or separated by empty lines", () => {
    const long = `Event: Long\r\nX: ${"x".repeat(maxPacketBytes)}\r\n\r\n`;
    const bytes = latin1(
      `${banner}\r\n\r\nEvent: A\r\nB: 1\r\n\r\n\r\nEvent: No\r\n\r\n${long}Event: A\r\nB: 2\r\n\r\n`,
    );
    const wanted = (name: string) => name !== "No";
    const whole = frame(bytes, [], wanted);
    expect(fieldsOf(whole)).toEqual([
      { Event: "A", B: "1" },
      { Event: "A", B: "2" },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        expect(frame(bytes, cuts, wanted)).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });
});

describe("packets", () => {
  it("the longest that is allowed passes with any cut, and a byte more with none", () => {
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

  it("the first of repeated headers counts, and all are kept", () => {
    const [one] = only("Event: A\r\nVariable: x=1\r\nVariable: y=2\r\n\r\n");
    expect(one).toMatchObject({ kind: "packet", packet: { repeated: new Map([["Variable", ["x=1", "y=2"]]]) } });
    expect(fieldsOf(one ? [one] : [])).toEqual([{ Event: "A", Variable: "x=1" }]);
  });

  it("`Park`'s answer ends a value with a lone line pipeline", () => {
    expect(fieldsOf(only("Response: Success\r\nMessage: Park successful\n\r\n\r\n"))).toEqual([
      { Response: "Success", Message: "Park successful" },
    ]);
  });

  it("the output of a command is not headers", () => {
    const [one] = only("Response: Success\r\nOutput: Event: Hangup\r\nOutput:   two: 2\r\nOutput: \r\n\r\n");
    expect(one).toMatchObject({ kind: "packet", packet: { output: ["Event: Hangup", "  two: 2", ""] } });
  });

  it("a value with line feeds stays one value", () => {
    expect(fieldsOf(only("Event: VarSet\r\nValue: one\ntwo: 2\nthree\r\n\r\n"))).toEqual([
      { Event: "VarSet", Value: "one\ntwo: 2\nthree" },
    ]);
  });

  it("UTF-8 is read as such, other bytes survive as Latin-1", () => {
    const bytes = Buffer.concat([
      latin1(`${banner}Event: A\r\nName: J\xf6rg\xa0\r\nOther: `),
      Buffer.from("Žofie à"),
      latin1("\r\n\r\n"),
    ]);
    expect(fieldsOf(frame(bytes))).toEqual([{ Event: "A", Name: "Jörg\u00a0", Other: "Žofie à" }]);
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

  it("bytes without an end are not kept", () => {
    const framer = new Framer();
    framer.push(latin1(banner));
    const chunk = latin1("x".repeat(65_536));
    const framed = Array.from({ length: 20 }, () => framer.push(chunk)).flat();
    expect(faultsOf(framed)).toEqual(["packet_too_long"]);
    expect(fieldsOf(framer.push(latin1("\r\n\r\nEvent: B\r\n\r\n")))).toEqual([{ Event: "B" }]);
  });

  it("any bytes at all end in values, never in an exception, and any cut gives the same", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 10 }), fc.array(fc.oneof(anyByte, partOfLine)), (cuts, parts) => {
        const bytes = Buffer.concat([latin1(banner), ...parts.map(latin1)]);
        const places = cuts.map((cut) => cut % (bytes.length + 1));
        expect(frame(bytes, places)).toEqual(frame(bytes));
      }),
    );
  });
});
