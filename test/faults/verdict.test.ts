import { expect, it } from "vitest";
import { judge, parseQueueLog, problemsOf, type Sample } from "./verdict.ts";

const log = `1700000000|1.1|support|Ann Agent|CONNECT|2|1.2|1
1700000010|1.1|support|Ann Agent|COMPLETECALLER|2|4|1
1700000011|NONE|NONE|NONE|QUEUESTART|
1700000012|2.1|sales|Cid Agent|COMPLETEAGENT|1|2|1
`;
const t = 1_700_000_010_000;
const connection = { number: 1, openedAt: t - 20_000, endedAt: null };
const packet = { uniqueId: "1.1", queue: "support", member: "Ann Agent", at: t + 20, connection };
const samples = Array.from(
  { length: 60 },
  (_, index): Sample => ({ at: t - 5_000 + index * 200, life: 1, amiUp: true }),
);
const alive = new Map([[1, { from: 0, to: null }]]);
const [first] = parseQueueLog(log);
if (!first) throw new Error("the log has a completed call");

it("reads completed calls, and nothing else, from queue_log", () => {
  expect(parseQueueLog(log)).toEqual([
    { uniqueId: "1.1", queue: "support", member: "Ann Agent", at: t },
    { uniqueId: "2.1", queue: "sales", member: "Cid Agent", at: t + 2_000 },
  ]);
});

it.each([
  ["heard by a connector that lives", [packet], samples, alive, true],
  ["heard without a channel", [{ ...packet, uniqueId: null }], samples, alive, true],
  [
    "heard as the connection broke",
    [{ ...packet, connection: { ...connection, endedAt: t + 100 } }],
    samples,
    alive,
    false,
  ],
  ["heard before the lists were there", [packet], samples.map((sample) => ({ ...sample, amiUp: false })), alive, false],
  ["killed at once", [packet], samples, new Map([[1, { from: 0, to: t + 200 }]]), false],
  ["killed when it was in the spool", [packet], samples, new Map([[1, { from: 0, to: t + 3_000 }]]), true],
  ["never heard, and connected just after", [], samples.filter((sample) => sample.at > t), alive, false],
  ["never heard, while it was connected", [], samples, alive, true],
  ["never heard, while it was not", [], samples.map((sample) => ({ ...sample, amiUp: sample.at > t })), alive, false],
] as const)("%s", (_, heard, told, lives, must) => {
  expect(judge([first], heard, told, lives)[0]?.must).toBe(must);
});

const never = `${JSON.stringify(first)} (heard) never came`;
const young = { ...connection, openedAt: t - 5_000 };
it.each([
  ["it came", packet, { "1.1": 1 }, []],
  ["it never came", packet, {}, [never]],
  ["it came twice", packet, { "1.1": 2 }, ["1.1 came 2 times"]],
  ["another one came", packet, { "1.1": 1, "9.9": 1 }, ["9.9 came, and is not in queue_log"]],
  ["it came without its name", packet, { "": 1 }, [never, "1 came without a Uniqueid, of 0 that may"]],
  ["Asterisk did not name it, and it came so", { ...packet, uniqueId: null, connection: young }, { "": 1 }, []],
  ["Asterisk did not name it, and it never came", { ...packet, uniqueId: null, connection: young }, {}, [never]],
  [
    "Asterisk did not name it, and the connector heard all of the call",
    { ...packet, uniqueId: null, connection: { ...connection, openedAt: t - 60_000 } },
    { "": 1 },
    [never, "1 came without a Uniqueid, of 0 that may"],
  ],
])("what arrives: %s", (_what, heard, came: Record<string, number>, problems) => {
  const judged = judge([first], [heard], samples, alive);
  expect(problemsOf(judged, judged, new Map(Object.entries(came)))).toEqual(problems);
});
