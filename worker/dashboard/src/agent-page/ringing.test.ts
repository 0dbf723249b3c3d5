import { expect, it } from "vitest";
import { viewOf } from "../testing/agents.ts";
import { ringingElsewhere } from "./ringing.ts";

const alice = { number: "555", name: "Alice", queueName: "support", callId: "c1", uniqueId: "u1" };
const bob = { ...alice, name: "Bob", callId: "c2" };
const rings = (agent: string, call: typeof alice) => viewOf({ agent, status: "ringing", call });

it("each call once, with all whom it rings; not the agent's own, nor who talks", () => {
  const views = [
    rings("1010", alice),
    rings("1002", alice),
    rings("1003", bob),
    rings("1001", bob),
    viewOf({ agent: "1004", status: "inuse", call: { ...alice, callId: "c3" } }),
    viewOf({ agent: "1005", status: "ringing" }),
  ];
  const [own = viewOf()] = views.filter(({ agent }) => agent === "1001");
  expect(ringingElsewhere(views, viewOf({ agent: "1006" }))).toMatchObject([
    { of: "1001", at: ["1001", "1003"], call: { name: "Bob" } },
    { of: "1002", at: ["1002", "1010"], call: { name: "Alice" } },
  ]);
  expect(ringingElsewhere(views, own).map(({ of }) => of)).toEqual(["1002"]);
});
