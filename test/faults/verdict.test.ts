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
  (_, index): Sample => ({ at: t - 5_000 + index * 200, run: 1, amiUp: true }),
);
const alive = new Map([[1, { from: 0, to: null }]]);
const [first] = parseQueueLog(log);
if (!first) throw new Error("the log has a completed call");

it("reads only completed calls from queue_log", () => {
  expect(parseQueueLog(log)).toEqual([
    { uniqueId: "1.1", queue: "support", member: "Ann Agent", at: t },
    { uniqueId: "2.1", queue: "sales", member: "Cid Agent", at: t + 2_000 },
  ]);
});

it.each([
  ["received by a running connector: required", [packet], samples, alive, true],
  ["received without a channel: required", [{ ...packet, uniqueId: null }], samples, alive, true],
  [
    "received just before the connection ended: not required",
    [{ ...packet, connection: { ...connection, endedAt: t + 100 } }],
    samples,
    alive,
    false,
  ],
  [
    "received before the lists were read: not required",
    [packet],
    samples.map((sample) => ({ ...sample, amiUp: false })),
    alive,
    false,
  ],
  [
    "the connector was killed at once: not required",
    [packet],
    samples,
    new Map([[1, { from: 0, to: t + 200 }]]),
    false,
  ],
  [
    "the connector was killed after it had written the spool: required",
    [packet],
    samples,
    new Map([[1, { from: 0, to: t + 3_000 }]]),
    true,
  ],
  [
    "not received, and connected only afterwards: not required",
    [],
    samples.filter((sample) => sample.at > t),
    alive,
    false,
  ],
  ["not received while connected: required", [], samples, alive, true],
  [
    "not received while disconnected: not required",
    [],
    samples.map((sample) => ({ ...sample, amiUp: sample.at > t })),
    alive,
    false,
  ],
] as const)("%s", (_, tapped, someSamples, runs, isRequired) => {
  expect(judge([first], tapped, someSamples, runs)[0]?.isRequired).toBe(isRequired);
});

const never = `${JSON.stringify(first)} (received) never arrived`;
const young = { ...connection, openedAt: t - 5_000 };
it.each([
  ["a required call arrived", packet, { "1.1": 1 }, []],
  ["a required call never arrived", packet, {}, [never]],
  ["a call arrived twice", packet, { "1.1": 2 }, ["1.1 arrived 2 times"]],
  ["an unknown call arrived", packet, { "1.1": 1, "9.9": 1 }, ["9.9 arrived, but is not in queue_log"]],
  ["a call arrived without its Uniqueid", packet, { "": 1 }, [never, "1 arrived without a Uniqueid, of 0 that may"]],
  [
    "Asterisk named no channel, and the call arrived without a Uniqueid",
    { ...packet, uniqueId: null, connection: young },
    { "": 1 },
    [],
  ],
  [
    "Asterisk named no channel, and the call never arrived",
    { ...packet, uniqueId: null, connection: young },
    {},
    [never],
  ],
  [
    "Asterisk named no channel, but the connector saw the whole call",
    { ...packet, uniqueId: null, connection: { ...connection, openedAt: t - 60_000 } },
    { "": 1 },
    [never, "1 arrived without a Uniqueid, of 0 that may"],
  ],
])("problems: %s", (_what, tapped, arrived: Record<string, number>, problems) => {
  const judged = judge([first], [tapped], samples, alive);
  expect(problemsOf(judged, judged, new Map(Object.entries(arrived)))).toEqual(problems);
});
