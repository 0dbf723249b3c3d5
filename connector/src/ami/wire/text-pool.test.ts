import fc from "fast-check";
import { expect, it } from "vitest";
import { TextPool } from "./text-pool.ts";
import { blockOf } from "./words.ts";

const pool = new TextPool();

/** The bytes, and a packet's end after them. */
const blockWith = (bytes: Buffer) => blockOf(Buffer.concat([bytes, Buffer.from("\r\n\r\n")]));

it("returns the text of the bytes, however many others have replaced it meanwhile", () => {
  // More than there are places, and longer ones than are kept.
  const texts = Array.from({ length: 20_000 }, (_none, index) => `${index}`.padStart(1 + (index % 60), "PJSIP/"));
  const block = blockWith(Buffer.from(texts.join("")));
  for (let round = 0; round < 2; round++) {
    let begin = 0;
    const read = texts.map(({ length }) => {
      const text = pool.textOf(block, begin, begin + length);
      begin += length;
      return text;
    });
    expect(read).toEqual(texts);
  }
});

it("valid UTF-8 is decoded as such, other bytes as Latin-1", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 70 }), (text) => {
      const bytes = Buffer.from(text);
      expect(pool.textOf(blockWith(bytes), 0, bytes.length)).toBe(text);
    }),
  );
  const latin1 = Buffer.from("J\xf6rg\xa0", "latin1");
  expect(pool.textOf(blockWith(latin1), 0, latin1.length)).toBe("Jörg\u00a0");
});
