import { expect, it } from "vitest";
import { parseForm } from "./form.ts";

it.each<[string, unknown]>([
  ["", {}],
  ["type=queueReset&queue=call+center", { type: "queueReset", queue: "call center" }],
  ["agents[]=1001&agents[]=1002", { agents: ["1001", "1002"] }],
  ["agents[0]=1001&agents[1]=1002", { agents: ["1001", "1002"] }],
  ["agent=1001&agent=1002", { agent: ["1001", "1002"] }],
  ["variables[CRM]=4711&variables[X]=", { variables: { CRM: "4711", X: "" } }],
  ["a=1&a[b]=2", { a: { b: "2" } }],
])("AP5 the form %j", (text, fields) => {
  expect(parseForm(text)).toEqual(fields);
});
