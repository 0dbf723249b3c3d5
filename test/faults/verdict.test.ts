import { expect, it } from "vitest";
import { judge, parseQueueLog, type Sample } from "./verdict.ts";

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
