/**
 * EV18, AP12: checks the site's sums against the occurrences that it ever logged and against what the simulated PBX
 * counted, and its coverage against the times at which a connector was connected to AMI.
 */
import { type EventOf, StateAnswer, StatisticsAnswer, type StatisticsRow } from "@pbxis/shared";
import { mintToken } from "../harness/token.ts";
import { checkAgentStatistics } from "./agent-statistics-check.ts";
import type { AgentTruth } from "./agent-truth.ts";
import { wasNeverAway } from "./client-check.ts";
import type { ConnectorRun } from "./connectors.ts";
import { deliveryMs } from "./excuse.ts";
import { beginning } from "./globals.ts";
import type { Counted } from "./history.ts";
import type { Simulation } from "./parts.ts";
import { checkQueueTalks, checkQueueTimes, checkQueueTruth, type EndedTalk, type EndedWait } from "./queue-truth.ts";
import type { Runtime } from "./runtime/runtime.ts";

/** What the site answers at the end: all quarters of an hour since the beginning, and today's figures. */
type Reported = Readonly<{
  rows: readonly StatisticsRow[];
  agentRows: readonly StatisticsRow[];
  today: readonly EventOf<"queueStatistics">[];
}>;

/** UP11: clocks that are a little off are not corrected, and show in the beginning and the end of a gap. */
const clockMs = 1_000;
/** Two requests without faults take less. */
const requestMs = 2_000;

type Truth = Readonly<{
  /** The counts of the check of waits. */
  ends: Readonly<Record<string, number>>;
  waits: readonly EndedWait[];
  talks: readonly EndedTalk[];
  lost: number;
}>;

/**
 * `logged`: all occurrences. The clock goes on until the site has answered.
 */
export async function checkStatistics(
  { clock, runtime, connectors }: Pick<Simulation, "clock" | "runtime" | "connectors">,
  logged: readonly Counted[],
  { ends, waits, talks, lost }: Truth,
  secret: string,
  agentTruth: AgentTruth,
): Promise<Readonly<{ findings: string[]; counts: Record<string, number> }>> {
  const request = requestStatistics(runtime, await mintToken({ secret, expiresInSeconds: 86_400 }));
  const before = clock.now();
  const runs = connectors.runs();
  let answered = 0;
  void request.then(() => {
    answered = clock.now();
  });
  await clock.run(clock.now() + requestMs);
  const reported = await request;
  const known = (ends["waits logged"] ?? 0) - (ends["waits logged as unknown"] ?? 0);
  const unseen = Math.max(0, (ends["waits ended"] ?? 0) - known);
  const findings = compare(reported, logged, unseen, runs, clock.now());
  const conditions = { runs, asked: { least: before, most: answered }, isHoldKnown: wasNeverAway(runs) };
  findings.push(...agentTruth.check(reported.agentRows, conditions));
  findings.push(...checkQueueTruth(reported.rows, waits, lost), ...checkQueueTimes(reported.rows, waits, lost));
  findings.push(...checkQueueTalks(reported.rows, talks, lost));
  return { findings, counts: countsOf(reported) };
}

async function requestStatistics(runtime: Runtime, token: string): Promise<Reported> {
  const ask = async (path: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await runtime.fetch(new Request(`https://edge.simulated/v1/sites/hq/${path}`, { headers }));
    return response.json();
  };
  const from = new Date(beginning).toISOString();
  const { rows } = StatisticsAnswer.parse(await ask(`statistics?queues=*&from=${from}`));
  const { rows: agentRows } = StatisticsAnswer.parse(await ask(`statistics?agents=*&from=${from}`));
  const { events } = StateAnswer.parse(await ask("state?queues=*&statistics=1"));
  return { rows, agentRows, today: events.filter((event) => event.type === "queueStatistics") };
}

type Sums = Record<string, number>;
const outcomes = ["answered", "abandoned", "exited", "picked", "moved", "hungUp"];
const intervalMs = 900_000;

/** `unseen`: waits of which the log has no outcome. `now` and the times of `runs` are of the simulated clock. */
function compare(
  { rows, agentRows, today }: Reported,
  logged: readonly Counted[],
  unseen: number,
  runs: readonly ConnectorRun[],
  now: number,
): string[] {
  const expected = recount(logged);
  const found: string[] = [];
  let missed = 0;
  for (const row of rows) {
    const key = `${row.name} ${row.from}`;
    const counted = expected.get(key) ?? {};
    found.push(...differences(`AP12: ${key}`, row, counted));
    const more = missedIn(row, counted);
    if (more === undefined) found.push(`AP12: ${key}: offered and unknown do not fit ${JSON.stringify(counted)}`);
    missed += more ?? 0;
    expected.delete(key);
  }
  for (const [key, counted] of expected) found.push(`AP12: no row for ${key}: ${JSON.stringify(counted)}`);
  for (const { queue, period, ...figures } of today)
    found.push(...differences(`EV18: ${queue}`, figures, sumSince(recount(logged), queue, period.from)));
  if (missed > unseen) found.push(`AP12: ${missed} calls came and went unseen, but the PBX had ${unseen}`);
  return [...found, ...checkAgentStatistics(agentRows, logged, beginning + now), ...checkCoverage(rows, runs, now)];
}

function countsOf({ rows, today }: Reported): Record<string, number> {
  const answered = rows.reduce((sum, row) => sum + row.answered, 0);
  return {
    "calls in statistics": rows.reduce((sum, row) => sum + offeredOf(row), 0),
    "answered in statistics": answered,
    "queues with statistics": today.length,
  };
}

function offeredOf(row: StatisticsRow): number {
  return row.kind === "queue" ? row.offered : 0;
}

/** By queue and interval, with arithmetic of its own. */
function recount(logged: readonly Counted[]): Map<string, Sums> {
  const counted = new Map<string, Sums>();
  const add = (queue: string, at: number, field: string, value: number) => {
    const key = `${queue} ${at - (at % intervalMs)}`;
    const sums = counted.get(key) ?? {};
    sums[field] = (sums[field] ?? 0) + value;
    counted.set(key, sums);
  };
  for (const { event, countedAt: at } of logged)
    if (event.type === "queueCallEnded") {
      const { queue, outcome, since, waitTime } = event;
      add(queue, Math.min(since ?? event.at - (waitTime ?? 0), at), "offered", 1);
      add(queue, at, outcome, 1);
      if (outcome === "answered") add(queue, at, "waitTimeAnswered", waitTime ?? 0);
    } else if (event.type === "agentTalkEnded" && event.queueName !== null) {
      const { since, holdTime } = event;
      if (since === null) add(event.queueName, at, "untimedTalks", 1);
      else add(event.queueName, at, "talkTime", event.at - since - (holdTime ?? 0));
      add(event.queueName, at, "holdTime", holdTime ?? 0);
    }
  return counted;
}

function sumSince(counted: ReadonlyMap<string, Sums>, queue: string, from: number): Sums {
  const total: Sums = {};
  for (const [key, sums] of counted) {
    const [name, start] = key.split(" ");
    if (name === queue && Number(start) >= from)
      for (const [field, value] of Object.entries(sums)) total[field] = (total[field] ?? 0) + value;
  }
  return total;
}

/**
 * What the site knows of waits that are in no log: calls that came and went while AMI was away, which it counts as
 * offered and as unknown. Undefined for another difference.
 */
function missedIn(row: StatisticsRow, expected: Sums): number | undefined {
  if (row.kind !== "queue") return 0;
  const unknown = row.unknown - (expected.unknown ?? 0);
  return row.offered - (expected.offered ?? 0) === unknown && unknown >= 0 ? unknown : undefined;
}

function differences(what: string, figures: Readonly<Record<string, unknown>>, expected: Sums): string[] {
  const fields = [...outcomes, "waitTimeAnswered", "talkTime", "holdTime", "untimedTalks"];
  return fields.flatMap((field) => {
    const [actual, right] = [figures[field], expected[field] ?? 0];
    return actual === right ? [] : [`${what}: ${field} is ${actual}, but the log has ${right}`];
  });
}

/** Gaps of up to a second do not count (EV18), as the site sees them. */
const countedMs = 1_000 + 2 * deliveryMs;

/**
 * The time in which no connector was connected is missing in the coverage. More may be missing: a standby's watch does
 * not count.
 */
function checkCoverage(rows: readonly StatisticsRow[], runs: readonly ConnectorRun[], now: number): string[] {
  const spans = runs.flatMap(spansOf).toSorted((one, other) => one.from - other.from);
  const first = rows[0];
  if (!first) return [];
  const begun = spans[0]?.from ?? now;
  let watchedUntil = begun;
  let unwatched = 0;
  for (const { from, until } of spans) {
    const gap = from - watchedUntil;
    if (gap > countedMs + clockMs) unwatched += gap - deliveryMs - clockMs;
    watchedUntil = Math.max(watchedUntil, until ?? now);
  }
  let missing = first.from - (beginning + begun);
  for (const { name, from, to, coverage } of rows)
    if (name === first.name) missing += (1 - coverage) * (Math.min(to, beginning + now) - from);
  return missing + clockMs >= unwatched
    ? []
    : [`AP12: coverage lacks ${missing.toFixed(0)} ms, but nobody watched for ${unwatched.toFixed(0)} ms`];
}

/**
 * A dead connection counts as long as the connector has not noticed: if the uplink is away, too, the site cannot know
 * when it died. A connector that ends may not have noticed at all.
 */
function spansOf({ amiSpans, until: end }: ConnectorRun): ConnectorRun["amiSpans"] {
  return amiSpans.map(({ from, until, noticed }, index) => ({
    from,
    until: amiSpans[index + 1] ? (noticed ?? until) : (end ?? until),
  }));
}
