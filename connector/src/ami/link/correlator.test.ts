import { expect, it } from "vitest";
import type { Packet } from "../wire/packet.ts";
import { Correlator, maxPending } from "./correlator.ts";

const packet = (fields: Record<string, string>): Packet => ({
  kind: "packet",
  fields: new Map(Object.entries(fields)),
  repeated: new Map(),
  output: [],
});

it("an answer matches its action once", () => {
  const correlator = new Correlator<string>();
  correlator.add("1", "ping", 10);
  const answer = packet({ Response: "Success", ActionID: "1", Message: "Pong" });
  expect(correlator.match(packet({ Response: "Success", ActionID: "2" }))).toBeUndefined();
  expect(correlator.match(answer)).toMatchObject({ purpose: "ping", ok: true, message: "Pong" });
  expect(correlator.match(answer)).toBeUndefined();
});

it("a list is answered by its last item", () => {
  const correlator = new Correlator<string>();
  correlator.add("1", "list", 10);
  expect(correlator.match(packet({ Response: "Success", ActionID: "1", EventList: "start" }))).toBeUndefined();
  expect(correlator.match(packet({ Event: "QueueMember", ActionID: "1" }))).toBeUndefined();
  expect(
    correlator.match(packet({ Event: "QueueStatusComplete", ActionID: "1", EventList: "Complete" })),
  ).toMatchObject({ purpose: "list", ok: true });
});

it("an OriginateResponse has a Response header but is an event, and answers nothing", () => {
  const correlator = new Correlator<string>();
  correlator.add("1", "originate", 10);
  expect(correlator.match(packet({ Event: "OriginateResponse", Response: "Failure", ActionID: "1" }))).toBeUndefined();
});

it("after its deadline an action is a timeout, and a later answer matches nothing", () => {
  const correlator = new Correlator<string>();
  correlator.add("1", "ping", 10);
  correlator.add("2", "later", 20);
  expect([...correlator.expire(10)]).toMatchObject([{ purpose: "ping", ok: false, message: "timeout" }]);
  expect(correlator.match(packet({ Response: "Success", ActionID: "1" }))).toBeUndefined();
  expect(correlator.size).toBe(1);
});

it("each action is yielded or abandoned exactly once, even if all are abandoned while some expire", () => {
  const correlator = new Correlator<string>();
  for (const id of ["1", "2", "3"]) correlator.add(id, `purpose ${id}`, 10);
  const purposes: string[] = [];
  for (const { purpose } of correlator.expire(10)) purposes.push(purpose, ...correlator.abandonAll());
  expect(purposes).toEqual(["purpose 1", "purpose 2", "purpose 3"]);
  expect(correlator.size).toBe(0);
});

it("a pending id cannot be added again", () => {
  const correlator = new Correlator<string>();
  expect(correlator.add("1", "first", 10)).toBe(true);
  expect(correlator.add("1", "second", 20)).toBe(false);
  expect(correlator.match(packet({ Response: "Success", ActionID: "1" }))).toMatchObject({ purpose: "first" });
});

it("the number of pending actions is limited", () => {
  const correlator = new Correlator<number>();
  for (let index = 0; index < maxPending; index++) expect(correlator.add(String(index), index, 1)).toBe(true);
  expect(correlator.add("more", 0, 1)).toBe(false);
});
