/** Many tests rely on a client's record to find violations, so its checks are tested here. */
import { describe, expect, it } from "vitest";
import { type ClientRecord, createClientRecord, recordFrame } from "./client-record.ts";

const count = (value: number) => ({ type: "queueCount", queue: "a", count: value, longestWaitSince: null, at: 1 });
const failed = { type: "originateFailed", actionId: "x", reason: "busy", at: 1 };
const snapshot = (cursor: string, events: object[] = []) => ({ type: "snapshot", cursor, link: "up", asOf: 1, events });
const events = (cursor: string, ...list: object[]) => ({ type: "events", cursor, events: list });
const link = (cursor: string) => ({ type: "link", link: "down", asOf: 1, cursor });

function recordOf(...frames: object[]): ClientRecord {
  const record = createClientRecord();
  for (const frame of frames) recordFrame(record, JSON.stringify(frame));
  return record;
}

it("ST1 a snapshot and the events after it give the states and the occurrences", () => {
  const record = recordOf(snapshot("k-1", [count(1)]), events("k-3", count(2), failed), link("k-4"));
  expect([...record.states.values()]).toEqual([count(2)]);
  expect(record.occurrences).toEqual([failed]);
  expect([record.cursor, record.link, record.violations]).toEqual(["k-4", "down", []]);
});

describe("a violation is recorded for", () => {
  it.each<[string, object[]]>([
    ["a stream without a snapshot", [events("k-1", failed)]],
    ["a new epoch without a snapshot", [snapshot("k-1"), events("m-2", failed)]],
    ["a cursor that goes back", [snapshot("k-3"), events("k-2", failed)]],
    ["new events at the previous cursor", [snapshot("k-3"), events("k-3", failed)]],
    ["an occurrence in a snapshot", [snapshot("k-3", [failed])]],
    ["a state twice in a snapshot", [snapshot("k-3", [count(1), count(2)])]],
    ["an invalid frame", [{ type: "surprise" }]],
    ["an invalid cursor", [snapshot("3")]],
  ])("%s", (_title, frames) => {
    expect(recordOf(...frames).violations).not.toEqual([]);
  });

  it("neither an empty events frame at the same cursor nor a snapshot of another epoch", () => {
    expect(recordOf(snapshot("k-3"), events("k-3"), snapshot("m-0")).violations).toEqual([]);
  });
});
