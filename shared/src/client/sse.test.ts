import fc from "fast-check";
import { expect, it } from "vitest";
import { maxLineLength, type SseItem, SseParser } from "./sse.ts";

const text = 'retry: 2000\n\nid: e-1\ndata: {"a":"é\\n"}\n\n:\n\ndata: one\ndata:two\r\n\r\nid: e-2\n\ndata: \n\n';
const items: SseItem[] = [
  { kind: "data", data: '{"a":"é\\n"}' },
  { kind: "comment" },
  { kind: "data", data: "one\ntwo" },
  { kind: "data", data: "" },
];

it("gives the same messages whatever the cuts", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const parser = new SseParser();
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      const told = places.flatMap((place, index) => parser.push(text.slice(places[index - 1] ?? 0, place)) ?? []);
      expect(told).toEqual(items);
    }),
  );
});

it("a line without an end is not kept for ever", () => {
  const parser = new SseParser();
  expect(parser.push(`data: ${"x".repeat(maxLineLength)}`)).toBeUndefined();
});
