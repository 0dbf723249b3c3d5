/**
 * Compares the events that a client received during a scenario with those that the scenario expects. Pure.
 */
import { type SiteEvent, sameState, stateKey } from "@pbxis/shared";
import type { ExpectedTalk } from "./talks.ts";
import type { WaitEnds } from "./waits.ts";

/**
 * The events that a client must receive during a scenario, and no others. Agents and queues that are not named must not
 * appear. Device states that last only a moment may or may not be received, so `devices` lists only the lasting ones.
 */
export type ExpectedStream = Readonly<{
  /**
   * By agent: the numbers of `phoneNumber` in order, without immediate repeats; or a pattern for them, joined by
   * spaces.
   */
  numbers?: Readonly<Record<string, readonly (string | null)[] | RegExp>>;
  /** By queue: the counts of `queueCount`, likewise. */
  counts?: Readonly<Record<string, readonly number[] | RegExp>>;
  /** By agent: `extensionStatus`, and `queueMemberStatus` in all queues that `members` does not name. */
  devices?: Readonly<Record<string, readonly string[]>>;
  /** Agents whose device state may or may not have changed for a moment. */
  devicesMayBe?: readonly string[];
  /** Agents whose device state is not followed: Asterisk reports nothing of a mobile. */
  devicesUnknown?: readonly string[];
  /** By membership, such as `1001@support`: all statuses of `queueMemberStatus`; or a pattern. */
  members?: Readonly<Record<string, readonly string[] | RegExp>>;
  /**
   * All occurrences but `agentRingEnded` (rings.ts), `agentTalkEnded` (talks.ts) and `queueCallEnded` (waits.ts), in any
   * order.
   */
  occurrences?: readonly Occurrence[];
  /** Occurrences that may or may not be received. */
  occurrencesMayBe?: readonly Occurrence[];
  /** The scenario is about something else. */
  anyOccurrences?: true;
  waitEnds?: WaitEnds;
  /** All talks, in any order (talks.ts). */
  talks?: readonly ExpectedTalk[];
  /** AMI was cut while a phone rang: a ring that ended then is not published. */
  ringsMayBeMissed?: true;
}>;

/**
 * The fields to compare: a number is in seconds with a tolerance of one, and more on a loaded machine; a pattern must
 * match, others must be equal.
 */
export type Occurrence = Readonly<{ type: SiteEvent["type"] }> &
  Readonly<Record<string, string | number | null | RegExp>>;

/** The device states of each agent that Asterisk itself reported during the scenario. */
type DeviceStates = ReadonlyMap<string, ReadonlySet<string>>;

export function streamDifferences(
  expected: ExpectedStream,
  events: readonly SiteEvent[],
  deviceStates: DeviceStates,
  lateMs: number,
): string[] {
  return [
    ...repeats(events),
    ...sequences("phoneNumber", numbersIn(events), expected.numbers ?? {}),
    ...sequences("queueCount", countsIn(events), expected.counts ?? {}),
    ...sequences("queueMemberStatus", membersIn(events, expected), expected.members ?? {}),
    ...deviceDifferences(expected, events, deviceStates),
    ...occurrenceDifferences(expected, events, lateMs / 1000),
  ];
}

/** EV11: a state is sent only when it has changed. */
function repeats(events: readonly SiteEvent[]): string[] {
  const last = new Map<string, SiteEvent>();
  const found: string[] = [];
  for (const event of events) {
    const key = stateKey(event);
    if (key === undefined) continue;
    const before = last.get(key);
    if (before && sameState(before, event)) found.push(`EV11: sent again without a change: ${JSON.stringify(event)}`);
    last.set(key, event);
  }
  return found;
}

type Sequences<Value> = Map<string, Value[]>;

function numbersIn(events: readonly SiteEvent[]): Sequences<string | null> {
  const found: Sequences<string | null> = new Map();
  for (const event of events) if (event.type === "phoneNumber") append(found, event.agent, event.number);
  return found;
}

function countsIn(events: readonly SiteEvent[]): Sequences<number> {
  const found: Sequences<number> = new Map();
  for (const event of events) if (event.type === "queueCount") append(found, event.queue, event.count);
  return found;
}

/** The memberships that `members` names, and those of agents that `devices` does not name. */
function membersIn(events: readonly SiteEvent[], expected: ExpectedStream): Sequences<string> {
  const found: Sequences<string> = new Map();
  for (const event of events) {
    if (event.type !== "queueMemberStatus") continue;
    const key = `${event.agent}@${event.queue}`;
    if (expected.devicesMayBe?.includes(event.agent) || expected.devicesUnknown?.includes(event.agent)) continue;
    if (expected.members?.[key] || !expected.devices?.[event.agent]) append(found, key, event.status);
  }
  return found;
}

function append<Value>(sequences: Sequences<Value>, key: string, value: Value): void {
  const sequence = sequences.get(key) ?? [];
  if (sequence.at(-1) !== value || sequence.length === 0) sequence.push(value);
  sequences.set(key, sequence);
}

function sequences<Value>(
  what: string,
  received: Sequences<Value>,
  expected: Readonly<Record<string, readonly Value[] | RegExp>>,
): string[] {
  const keys = new Set([...received.keys(), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => {
    const pattern = expected[key];
    if (pattern instanceof RegExp) {
      const all = (received.get(key) ?? []).map(String).join(" ");
      return pattern.test(all) ? [] : [`${what} of ${key}: expected ${pattern}, got ${all}`];
    }
    const wanted = JSON.stringify(expected[key] ?? []);
    const actual = JSON.stringify(received.get(key) ?? []);
    return wanted === actual ? [] : [`${what} of ${key}: expected ${wanted}, got ${actual}`];
  });
}

function deviceDifferences(
  expected: ExpectedStream,
  events: readonly SiteEvent[],
  deviceStates: DeviceStates,
): string[] {
  const received: Sequences<string> = new Map();
  for (const event of events) {
    if (event.type === "extensionStatus") append(received, `extensionStatus of ${event.agent}`, event.status);
    if (event.type !== "queueMemberStatus" || !expected.devices?.[event.agent]) continue;
    if (expected.members?.[`${event.agent}@${event.queue}`]) continue;
    append(received, `queueMemberStatus of ${event.agent}@${event.queue}`, event.status);
  }
  const found: string[] = [];
  for (const [key, statuses] of received) {
    const agent = /of ([^@]+)/.exec(key)?.[1] ?? "";
    if (expected.devicesUnknown?.includes(agent)) continue;
    const wanted = expected.devices?.[agent] ?? [];
    const missing = missingFrom(wanted, statuses);
    if (missing) found.push(`${key}: expected ${wanted.join(" ")}, got ${statuses.join(" ")}: ${missing} is missing`);
    const allowed = deviceStates.get(agent);
    const extra = statuses.filter((status) => !wanted.includes(status) && !allowed?.has(status));
    if (extra.length > 0) found.push(`${key}: got ${extra.join(" ")}, which Asterisk never reported`);
  }
  for (const [agent, statuses] of Object.entries(expected.devices ?? {}))
    if (statuses.length > 0 && agent !== "1007" && !received.has(`extensionStatus of ${agent}`))
      found.push(`extensionStatus of ${agent}: expected ${statuses.join(" ")}, got nothing`);
  return found;
}

/** The first of `expected` that is not in `received`, in order. */
function missingFrom(expected: readonly string[], received: readonly string[]): string | undefined {
  let next = 0;
  for (const status of received) if (status === expected[next]) next++;
  return expected[next];
}

const comparedElsewhere: ReadonlySet<string> = new Set(["agentRingEnded", "agentTalkEnded", "queueCallEnded"]);

function occurrenceDifferences(expected: ExpectedStream, events: readonly SiteEvent[], late: number): string[] {
  const unexpected = events.filter((event) => stateKey(event) === undefined && !comparedElsewhere.has(event.type));
  const found: string[] = [];
  for (const wanted of expected.occurrencesMayBe ?? []) {
    const index = unexpected.findIndex((event) => matches(wanted, event, late));
    if (index >= 0) unexpected.splice(index, 1);
  }
  for (const wanted of expected.occurrences ?? []) {
    const index = unexpected.findIndex((event) => matches(wanted, event, late));
    if (index >= 0) unexpected.splice(index, 1);
    else found.push(`expected ${describe(wanted)}, got nothing`);
  }
  if (!expected.anyOccurrences)
    for (const event of unexpected) found.push(`unexpected occurrence: ${JSON.stringify(event)}`);
  return found;
}

function matches(wanted: Occurrence, event: SiteEvent, late: number): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const actual: unknown = Reflect.get(event, name);
    if (value instanceof RegExp) return typeof actual === "string" && value.test(actual);
    if (typeof value === "number")
      return typeof actual === "number" && value - 1 <= actual && actual <= value + 1 + late;
    return actual === value;
  });
}

function describe(wanted: Occurrence): string {
  return Object.entries(wanted)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
