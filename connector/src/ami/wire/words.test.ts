import fc from "fast-check";
import { expect, it } from "vitest";
import { carriageReturn, hashOf, isAt, lineEnd, wordsOf } from "./words.ts";

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, "latin1"));
/** Few different letters, so that many texts are nearly the same. One of them makes a negative number of 32 bits. */
const word = (minLength: number) =>
  fc.array(fc.constantFrom("a", "b", "\xff", "\0"), { minLength, maxLength: 14 }).map((letters) => letters.join(""));

it("a text is at a place if and only if all of its bytes are", () => {
  fc.assert(
    fc.property(word(1), word(4), fc.boolean(), (text, other, isThere) => {
      const bytes = bytesOf(`.${isThere ? text : other}${other}....`);
      const expected = Buffer.from(bytes).toString("latin1", 1).startsWith(text);
      expect(isAt(viewOf(bytes), 1, wordsOf(bytesOf(text)))).toBe(expected);
    }),
  );
});

it("a line ends with the first CRLF, not with a lone CR or LF", () => {
  const parts = fc.array(fc.constantFrom("x", "\r", "\n", "\x0c", "\x0e", "\x8d", "\0"), { maxLength: 20 });
  fc.assert(
    fc.property(parts, fc.nat(3), (before, from) => {
      const text = `${" ".repeat(from)}${before.join("")}\r\n\r\n`;
      expect(lineEnd(viewOf(bytesOf(text)), from)).toBe(text.indexOf("\r\n"));
      expect(carriageReturn(viewOf(bytesOf(text)), from)).toBe(text.indexOf("\r"));
    }),
  );
});

it("a hash depends on the bytes alone, not on those beside them, and is seldom the same for other bytes", () => {
  const hash = (text: string, before: string, after: string) =>
    hashOf(viewOf(bytesOf(before + text + after)), before.length, before.length + text.length);
  fc.assert(
    fc.property(word(0), word(0), word(3), (text, before, after) => {
      expect(hash(text, before, after)).toBe(hash(text, "", "\r\n\r\n"));
    }),
  );
  const texts = Array.from({ length: 10_000 }, (_none, index) => `PJSIP/${index}`);
  const places = new Set(texts.map((text) => hash(text, "", "\r\n\r\n") & 0xffff));
  expect(places.size).toBeGreaterThan(9000);
});
