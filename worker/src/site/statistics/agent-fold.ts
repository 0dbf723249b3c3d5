/**
 * What an agent's events count for (EV19). What an agent does follows from the states (agent-activity.ts); whenever it
 * changes, the time until then is summed up. Pure, except that it changes the state.
 */
import type { EventOf } from "@pbxis/shared";
import { activityOf, type Doing, endOf, sumsOf, unsure } from "./agent-activity.ts";
import type { AgentMemory } from "./agent-memory.ts";
import { partsOf } from "./interval.ts";
import { addTo, count, type StatisticsState, timeOf } from "./state.ts";
import type { Sums } from "./sums.ts";
import type { Day } from "./zone.ts";

/** Sums of a stretch of time within one interval, in which `at` is. */
export type Present = Readonly<{ at: number; sums: Partial<Sums<"agent">> }>;

const stranger = { memberships: {}, extension: "unavailable", hasCall: false, lastQueue: null } as const;

/** EV17. `now`: when it was logged, as below. */
export function foldRingEnded(state: StatisticsState, event: EventOf<"agentRingEnded">, now: number): void {
  const { agent, reason } = event;
  const how = { notAnswered: reason === "noAnswer" ? 1 : 0, declined: reason === "declined" ? 1 : 0 };
  count(state, "agent", agent, timeOf(event.at, now), how);
  state.changed.agent.add(agent);
  correct(state, agent, timeOf(event.at, now), timeOf(event.at - event.ringTime, now));
}

/** EV16: a queue's call is the agent's who answered it or picked it. */
export function foldAnswer(state: StatisticsState, event: EventOf<"queueCallEnded">, now: number): void {
  const { agent, outcome } = event;
  if (agent === null || (outcome !== "answered" && outcome !== "picked")) return;
  count(state, "agent", agent, timeOf(event.at, now), { answered: 1 });
  state.changed.agent.add(agent);
}

/** EV23: who has transferred a queue's call, and after which call a wrap-up comes. */
export function foldAgentTalk(state: StatisticsState, event: EventOf<"agentTalkEnded">, now: number): void {
  const { agent, queueName, reason } = event;
  if (event.since !== null) correct(state, agent, timeOf(event.since, now), 0);
  if (queueName === null) return;
  if (reason === "transfer") {
    count(state, "agent", agent, timeOf(event.at, now), { transferred: 1 });
    state.changed.agent.add(agent);
  }
  remember(state, agent, timeOf(event.at, now), () => ({ lastQueue: queueName }));
}

/** EV2. */
export function foldExtension(state: StatisticsState, { agent, status, at }: EventOf<"extensionStatus">, now: number) {
  remember(state, agent, timeOf(at, now), () => ({ extension: status }));
}

/** EV3. */
export function foldMembership(state: StatisticsState, event: EventOf<"queueMemberStatus">, now: number): void {
  const { agent, queue, status, deviceStatus, pausedReason: reason, wrapUpUntil } = event;
  remember(state, agent, timeOf(event.at, now), ({ memberships }) => {
    const { [queue]: _, ...others } = memberships;
    if (status === "loggedoff") return { memberships: others };
    const isFree = deviceStatus === "not_inuse" || deviceStatus === "unknown";
    return { memberships: { ...others, [queue]: { isPaused: status === "paused", reason, isFree, wrapUpUntil } } };
  });
}

/** EV4. */
export function foldCall(state: StatisticsState, { agent, number, at }: EventOf<"phoneNumber">, now: number): void {
  remember(state, agent, timeOf(at, now), () => ({ hasCall: number !== null }));
}

type Facts = Pick<AgentMemory, "memberships" | "extension" | "hasCall" | "lastQueue">;

function remember(state: StatisticsState, agent: string, at: number, change: (known: Facts) => Partial<Facts>): void {
  const known = state.agents.get(agent) ?? {
    ...stranger,
    activity: "loggedoff",
    detail: null,
    guess: null,
    cut: [],
    since: Math.max(at, state.watch.since ?? at),
  };
  const when = Math.max(at, known.since);
  const before = until(state, agent, known, when);
  const changed = { ...before, ...change(before) };
  const doing = activityOf(changed, state.settings.wrapUpReasons, when);
  const facts = { ...changed, cut: recount(state, agent, known.cut, doing, at) };
  const goesOn = doing.activity === before.activity && doing.detail === before.detail;
  state.agents.set(agent, goesOn ? facts : { ...sumUp(state, agent, facts, when), ...doing });
  if (!goesOn) state.changed.agent.add(agent);
}

/** What the agent does at `at`: a wrap-up may have ended before. */
function until(state: StatisticsState, agent: string, memory: AgentMemory, at: number): AgentMemory {
  const end = endOf(memory);
  if (end === null || end > at) return memory;
  const ended = Math.max(end, memory.since);
  const doing = activityOf(memory, state.settings.wrapUpReasons, ended);
  return { ...sumUp(state, agent, memory, ended), ...doing };
}

/**
 * A state from before the last gap may have waited in the connector until the gap was over. Then the agent did something
 * else before the gap than was counted, from `at` on. An older state is what another connector knows of that time.
 */
function recount(
  state: StatisticsState,
  agent: string,
  cut: AgentMemory["cut"],
  { activity, detail }: Doing,
  at: number,
) {
  const last = cut.at(-1);
  if (!last || at <= last.from || at >= last.to) return cut;
  if (last.activity === activity && last.detail === detail) return cut;
  const late = { activity, detail, from: at, to: last.to };
  uncount(state, agent, last, late);
  countParts(state, agent, late, late, 1);
  countWrapUp(state, late, late, 1);
  return [...cut.slice(0, -1), { ...last, to: at }, late].slice(-maxCut);
}

/** What lasted longer is kept as a whole. */
const shortMs = 2 * 3_600_000;

/** Sums up what the agent did until `at`, or until the link was lost if that was earlier. */
function sumUp(state: StatisticsState, agent: string, memory: AgentMemory, at: number): AgentMemory {
  const span = { from: memory.since, to: Math.min(at, state.watch.awaySince ?? at) };
  if (span.to - span.from > shortMs) countStretch(state, agent, memory, span);
  else countParts(state, agent, memory, span, 1);
  countWrapUp(state, memory, span, 1);
  const guess = memory.detail === unsure && span.to > span.from ? span : memory.guess;
  return { ...memory, guess, since: Math.max(memory.since, at) };
}

function countStretch(state: StatisticsState, agent: string, { activity, detail }: Doing, { from, to }: Day): void {
  if (activity === "loggedoff") return;
  state.stretches.push({ agent, activity, detail, from, to });
  const today = Math.min(to, state.day.to) - Math.max(from, state.day.from);
  if (today > 0) addTo(state.today, "agent", agent, sumsOf({ activity, detail }, today));
}

/** `sign`: -1 takes it back. */
function countParts(state: StatisticsState, agent: string, doing: Doing, span: Day, sign: 1 | -1): void {
  for (const { from, to } of partsOf(span.from, span.to))
    count(state, "agent", agent, from, sumsOf(doing, sign * (to - from)));
}

function countWrapUp(state: StatisticsState, { activity, detail: queue }: Doing, span: Day, sign: 1 | -1): void {
  if (activity !== "wrapup" || queue === null) return;
  for (const { from, to } of partsOf(span.from, span.to)) {
    count(state, "queue", queue, from, { wrapUpTime: sign * (to - from) });
    state.changed.queue.add(queue);
  }
}

/** A ring is reported to begin this much later, at most, than the call is shown. */
const ringDelayMs = 2000;

/**
 * What was taken for a talk was a ring until `ringUntil`: so say the events that come at its end. Such a ring began at
 * `rangFrom`, or before what was taken for a talk.
 */
function correct(state: StatisticsState, agent: string, ringUntil: number, rangFrom: number): void {
  const memory = state.agents.get(agent);
  if (!memory) return;
  const { guess, since, activity, detail } = memory;
  if (detail === unsure && ringUntil > since && rangFrom <= since + ringDelayMs) {
    const rang = sumUp(state, agent, { ...memory, activity: "ringing" }, ringUntil);
    state.agents.set(agent, { ...rang, activity, guess: null });
  } else if (guess && ringUntil > guess.from && rangFrom <= guess.from + ringDelayMs) {
    for (const { from, to } of partsOf(guess.from, Math.min(ringUntil, guess.to)))
      count(state, "agent", agent, from, { talkTime: from - to, ringTime: to - from });
    state.agents.set(agent, { ...memory, guess: null });
  } else return;
  state.changed.agent.add(agent);
}

/** What an agent does now, as far as no sum has it yet: in parts of an interval each, for reports. */
export function* agentPresent(state: StatisticsState, agent: string, now: number): Iterable<Present> {
  const memory = state.agents.get(agent);
  if (!memory) return;
  const end = Math.min(now, state.watch.awaySince ?? now, endOf(memory) ?? now);
  for (const { from, to } of partsOf(memory.since, end)) yield { at: from, sums: sumsOf(memory, to - from) };
}

/** Gaps before which an agent's stretch is remembered. */
const maxCut = 4;

/**
 * Nobody watched the agents meanwhile: what they did then counts for nothing. A gap may have begun before an earlier
 * one: a connection to Asterisk that died silently is noticed late, and the uplink may have been away before that.
 */
export function foldGap(state: StatisticsState, gap: Day): void {
  for (const [agent, known] of state.agents) {
    const memory = { ...known, cut: takeBack(state, agent, known, gap) };
    state.agents.set(agent, memory.since < gap.to ? cutOut(state, agent, memory, gap) : memory);
    state.changed.agent.add(agent);
  }
}

function cutOut(state: StatisticsState, agent: string, memory: AgentMemory, { from, to }: Day): AgentMemory {
  const before = until(state, agent, memory, Math.max(from, memory.since));
  const end = Math.max(from, before.since);
  const stretch = { from: before.since, to: end, activity: before.activity, detail: before.detail };
  const cut = stretch.from < end ? [...memory.cut, stretch].slice(-maxCut) : memory.cut;
  const counted = sumUp(state, agent, before, end);
  return { ...counted, guess: null, cut, since: Math.max(counted.since, to) };
}

function uncount(state: StatisticsState, agent: string, doing: Doing, span: Day): void {
  countParts(state, agent, doing, span, -1);
  countWrapUp(state, doing, span, -1);
}

/** Takes back what was counted of the gap before earlier ones. Returns the stretches that are not of it. */
function takeBack(state: StatisticsState, agent: string, { cut }: AgentMemory, gap: Day): AgentMemory["cut"] {
  return cut.filter((one) => {
    const [from, to] = [Math.max(one.from, gap.from), Math.min(one.to, gap.to)];
    if (from >= to) return true;
    uncount(state, agent, one, { from, to });
    return false;
  });
}
