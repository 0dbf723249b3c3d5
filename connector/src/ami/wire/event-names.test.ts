import { expect, it } from "vitest";
import { EventNames, maxNames, type SelectEvent } from "./event-names.ts";
import { blockOf, hashOf } from "./words.ts";

const hashOfText = (text: string) => hashOf(blockOf(Buffer.from(`${text}....`)).view, 0, text.length);

/** Which of these packets are selected, and the counters of the others. */
function sift(select: SelectEvent, packets: readonly string[]) {
  const names = new EventNames(select);
  const passed = packets.filter((packet) => {
    // Inside a greater chunk, as in the framer.
    const bytes = Buffer.from(`before\r\n\r\n${packet}\r\n\r\nVariable: wanted`);
    return names.selects(blockOf(bytes), 10, 10 + packet.length);
  });
  return { passed, skipped: Object.fromEntries(names.skipped) };
}

it("skipped events are counted by name; answers always pass", () => {
  const packets = ["Event: A", "Event: B\r\nX: 1", "Response: Success", "Event: A", "Eve", "Event: B"];
  expect(sift((name) => name === "B", packets)).toEqual({
    passed: ["Event: B\r\nX: 1", "Response: Success", "Eve", "Event: B"],
    skipped: { A: 2 },
  });
});

it("a text selects those packets of a name that contain it", () => {
  const packets = ["Event: VarSet\r\nVariable: wanted", "Event: VarSet\r\nVariable: other", "Event: VarSet"];
  expect(sift(() => "\r\nVariable: wanted", packets)).toEqual({
    passed: ["Event: VarSet\r\nVariable: wanted"],
    skipped: { VarSet: 2 },
  });
  expect(sift(() => "\r\nVariable: wanted", packets.toReversed())).toMatchObject({ skipped: { VarSet: 2 } });
});

it("names with the same hash are distinguished", () => {
  const [one, other] = ["EySlfadd", "skGkHQhd"];
  expect(hashOfText(one)).toBe(hashOfText(other));
  const packets = [`Event: ${one}`, `Event: ${other}`, `Event: ${one}`, `Event: ${other}`];
  for (const selected of [one, other])
    expect(sift((name) => name === selected, packets).passed).toEqual([`Event: ${selected}`, `Event: ${selected}`]);
});

it("names beyond the limit are counted together, and a selected one among them still passes", () => {
  const packets = [...Array.from({ length: maxNames + 10 }, (_, index) => `Event: N${index}`), "Event: Late"];
  const { passed, skipped } = sift((name) => name === "Late", packets);
  expect(passed).toEqual(["Event: Late"]);
  expect(Object.keys(skipped)).toHaveLength(maxNames + 1);
  expect(skipped["…"]).toBe(10);
});

it("an endless name is read only in part, and not selected", () => {
  expect(sift((name) => name.length < 50, [`Event: ${"A".repeat(5000)}`]).passed).toEqual([]);
});
