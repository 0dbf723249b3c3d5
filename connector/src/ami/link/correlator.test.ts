import { expect, it } from "vitest";
import { Correlator, maxPending } from "./correlator.ts";

const packet = (fields: Record<string, string>) => ({
  fields: new Map(Object.entries(fields)),
  repeated: new Map(),
  output: [],
});

it("an answer goes to its question, once", () => {
  const correlator = new Correlator<string>();
  correlator.ask("1", "ping", 10);
  const answer = packet({ Response: "Success", ActionID: "1", Message: "Pong" });
  expect(correlator.take(packet({ Response: "Success", ActionID: "2" }))).toBeUndefined();
  expect(correlator.take(answer)).toMatchObject({ question: "ping", ok: true, message: "Pong" });
  expect(correlator.take(answer)).toBeUndefined();
});

it("a list is answered by its last item", () => {
  const correlator = new Correlator<string>();
  correlator.ask("1", "list", 10);
  expect(correlator.take(packet({ Response: "Success", ActionID: "1", EventList: "start" }))).toBeUndefined();
  expect(correlator.take(packet({ Event: "QueueMember", ActionID: "1" }))).toBeUndefined();
  expect(correlator.take(packet({ Event: "QueueStatusComplete", ActionID: "1", EventList: "Complete" }))).toMatchObject(
    { question: "list", ok: true },
  );
});

it("an OriginateResponse, event and response in one, answers nothing", () => {
  const correlator = new Correlator<string>();
  correlator.ask("1", "originate", 10);
  expect(correlator.take(packet({ Event: "OriginateResponse", Response: "Failure", ActionID: "1" }))).toBeUndefined();
});

it("what waits too long is given up, and what comes after is nobody's", () => {
  const correlator = new Correlator<string>();
  correlator.ask("1", "ping", 10);
  correlator.ask("2", "later", 20);
  expect([...correlator.expire(10)]).toMatchObject([{ question: "ping", ok: false, message: "timeout" }]);
  expect(correlator.take(packet({ Response: "Success", ActionID: "1" }))).toBeUndefined();
  expect(correlator.size).toBe(1);
});

it("what is given up is given once, also in the middle of what expires", () => {
  const correlator = new Correlator<string>();
  for (const id of ["1", "2", "3"]) correlator.ask(id, `question ${id}`, 10);
  const told: string[] = [];
  for (const { question } of correlator.expire(10)) told.push(question, ...correlator.giveUp());
  expect(told).toEqual(["question 1", "question 2", "question 3"]);
  expect(correlator.size).toBe(0);
});

it("an id that is open cannot be asked again", () => {
  const correlator = new Correlator<string>();
  expect(correlator.ask("1", "first", 10)).toBe(true);
  expect(correlator.ask("1", "second", 20)).toBe(false);
  expect(correlator.take(packet({ Response: "Success", ActionID: "1" }))).toMatchObject({ question: "first" });
});

it("has a bound", () => {
  const correlator = new Correlator<number>();
  for (let index = 0; index < maxPending; index++) expect(correlator.ask(String(index), index, 1)).toBe(true);
  expect(correlator.ask("more", 0, 1)).toBe(false);
});
