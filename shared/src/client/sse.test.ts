import fc from "fast-check";
import { expect, it } from "vitest";
import { maxMessageLength, type SseItem, SseParser } from "./sse.ts";

const text = 'retry: 2000\nid: e-1\ndata: {"a":"é\\n"}\n\n:\n\ndata: one\ndata:two\r\n\r\nid: e-2\n\ndata: \n\n';
const items: SseItem[] = [
  { kind: "data", data: '{"a":"é\\n"}' },
  { kind: "comment" },
  { kind: "data", data: "one\ntwo" },
  { kind: "data", data: "" },
];

it("parses the same messages wherever the text is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parser = new SseParser();
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const parsed = places.flatMap((place, index) => parser.push(text.slice(places[index - 1] ?? 0, place)) ?? []);
      expect(parsed).toEqual(items);
    }),
  );
});

it("a message that is too long is refused, in one line or many", () => {
  expect(new SseParser().push(`data: ${"x".repeat(maxMessageLength)}`)).toBeUndefined();
  const parser = new SseParser();
  const line = `data: ${"x".repeat(maxMessageLength / 4)}\n`;
  expect([1, 2, 3, 4].map(() => parser.push(line))).toEqual([[], [], [], undefined]);
});
