import { describe, expect, it } from "vitest";
import { lenientCommand, lenientTicket } from "./lenient.ts";

describe("AP5 numbers as people write them", () => {
  it.each([
    ["+1 (415) 555-0100", "+14155550100"],
    ["(415) 555.0100", "4155550100"],
    ["tel:+1-415-555-0100", "+14155550100"],
    [" TEL:*43#", "*43#"],
    ["+385\u00a01\u00a0555", "+3851555"],
    [14155550100, "14155550100"],
  ])("%j is %j", (to, digits) => {
    expect(lenientCommand({ to }, false)).toEqual({ to: digits });
  });

  it.each([
    "queue-a.1",
    "1009-office",
    "tel:sales",
    "+44 (0)20 7946 0000",
    "tel:+14155550100;ext=5",
    "555\r\n0100",
    "1&2",
    "1+2",
    "",
    "-",
    -1,
    1.5,
    2 ** 53,
    `${" ".repeat(60_000)}x`,
    "+".repeat(60_000),
  ])("%.40j stays as it is", (to) => {
    expect(lenientCommand({ to }, false)).toEqual({ to });
  });
});

describe("AP5 other fields", () => {
  it.each<[unknown, boolean, unknown]>([
    [{ agent: 1001, queue: 400, name: 7 }, false, { agent: "1001", queue: "400", name: "7" }],
    [{ variables: { CRM: 4711, none: null } }, false, { variables: { CRM: "4711" } }],
    [{ queue: null, reason: null }, false, {}],
    [{ penalty: "3", paused: "false" }, false, { penalty: "3", paused: "false" }],
    [{ penalty: "3", paused: "false" }, true, { penalty: 3, paused: false }],
    [
      { muted: "true", supervisor: 1002, of: 1003, digits: 42 },
      true,
      { muted: true, supervisor: "1002", of: "1003", digits: "42" },
    ],
    [{ penalty: "3.5", paused: "no", reason: "5" }, true, { penalty: "3.5", paused: "no", reason: "5" }],
    [[1], false, [1]],
    [null, false, null],
  ])("%j (a form: %s) is %j", (body, isForm, fields) => {
    expect(lenientCommand(body, isForm)).toEqual(fields);
  });
});

it.each<[unknown, boolean, unknown]>([
  [{ agents: [1001, "1002"], queues: null }, false, { agents: ["1001", "1002"] }],
  [{ agents: [{}], queues: "sales" }, false, { agents: [{}], queues: "sales" }],
  [{ agents: ["1001"], queues: "support, sales" }, true, { agents: ["1001"], queues: ["support", "sales"] }],
])("AP6 a ticket of %j (a form: %s)", (body, isForm, wanted) => {
  expect(lenientTicket(body, isForm)).toEqual(wanted);
});
