import { expect, it } from "vitest";
import { createInbox } from "./inbox.ts";

type Input = Readonly<{ name: string; causes?: Input }>;

it("keeps inputs until it is open, then handles each at once", () => {
  const handled: string[] = [];
  const inbox = createInbox<Input>();
  inbox.put({ name: "a" });
  inbox.put({ name: "b" });
  expect(handled).toEqual([]);
  inbox.open(({ name }) => handled.push(name));
  expect(handled).toEqual(["a", "b"]);
  inbox.put({ name: "c" });
  expect(handled).toEqual(["a", "b", "c"]);
});

it("handles an input to its end before the one that it causes", () => {
  const steps: string[] = [];
  const inbox = createInbox<Input>();
  inbox.open(({ name, causes }) => {
    steps.push(`${name} begins`);
    if (causes) inbox.put(causes);
    steps.push(`${name} ends`);
  });
  inbox.put({ name: "a", causes: { name: "b" } });
  expect(steps).toEqual(["a begins", "a ends", "b begins", "b ends"]);
});

it("goes on after an input whose handling throws", () => {
  const handled: string[] = [];
  const inbox = createInbox<Input>();
  inbox.open(({ name }) => {
    if (name === "bad") throw new Error("bad");
    handled.push(name);
  });
  expect(() => inbox.put({ name: "bad" })).toThrow("bad");
  inbox.put({ name: "good" });
  expect(handled).toEqual(["good"]);
});
