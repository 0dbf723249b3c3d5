/**
 * Compares the stream that a client got during a scenario with what really happened, told by the script. Pure.
 */
import { type SiteEvent, sameState, stateKey } from "@pbxis/shared";

/**
 * What a stream must have told, no more and no less. Agents and queues that are not named must not have occurred.
 * `devices` lists the statuses that lasted; Asterisk passes through others in a moment, which may or may not be seen.
 */
export type Story = Readonly<{
  /** `phoneNumber` of an agent, in order, without immediate repeats; or a pattern of them, separated by blanks. */
  numbers?: Readonly<Record<string, readonly (string | null)[] | RegExp>>;
  /** `queueCount` of a queue, likewise. */
  counts?: Readonly<Record<string, readonly number[] | RegExp>>;
  /** `extensionStatus` of an agent and its `queueMemberStatus` in every queue that `members` says nothing about. */
  devices?: Readonly<Record<string, readonly string[]>>;
  /** Agents whose device may have changed for a moment and may not. */
  devicesMayBe?: readonly string[];
  /** `queueMemberStatus` of `1001@support`, in full. */
  members?: Readonly<Record<string, readonly string[]>>;
  /** All occurrences, in any order. */
  occurrences?: readonly Occurrence[];
  /** Occurrences that Asterisk may or may not get to tell. */
  occurrencesMayBe?: readonly Occurrence[];
}>;

/** Fields to compare: a number is seconds and good to one, a pattern must match, the rest must be equal. */
export type Occurrence = Readonly<{ type: SiteEvent["type"] }> &
  Readonly<Record<string, string | number | null | RegExp>>;

/** Statuses that Asterisk itself told of each extension during the scenario. */
export type ToldByAsterisk = ReadonlyMap<string, ReadonlySet<string>>;

export function storyDifferences(story: Story, events: readonly SiteEvent[], toldByAsterisk: ToldByAsterisk): string[] {
  return [
    ...repeats(events),
    ...sequences("phoneNumber", numbersIn(events), story.numbers ?? {}),
    ...sequences("queueCount", countsIn(events), story.counts ?? {}),
    ...sequences("queueMemberStatus", membersIn(events, story), story.members ?? {}),
    ...deviceDifferences(story, events, toldByAsterisk),
    ...occurrenceDifferences(story, events),
  ];
}

/** EV11: states are sent only when they changed. */
function repeats(events: readonly SiteEvent[]): string[] {
  const last = new Map<string, SiteEvent>();
  const found: string[] = [];
  for (const event of events) {
    const key = stateKey(event);
    if (key === undefined) continue;
    const before = last.get(key);
    if (before && sameState(before, event)) found.push(`EV11: told again without a change: ${JSON.stringify(event)}`);
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

/** The memberships that the story tells in full, and those of agents of whom it tells nothing at all. */
function membersIn(events: readonly SiteEvent[], story: Story): Sequences<string> {
  const found: Sequences<string> = new Map();
  for (const event of events) {
    if (event.type !== "queueMemberStatus") continue;
    const key = `${event.agent}@${event.queue}`;
    if (story.devicesMayBe?.includes(event.agent)) continue;
    if (story.members?.[key] || !story.devices?.[event.agent]) append(found, key, event.status);
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
  told: Sequences<Value>,
  expected: Readonly<Record<string, readonly Value[] | RegExp>>,
): string[] {
  const keys = new Set([...told.keys(), ...Object.keys(expected)]);
  return [...keys].flatMap((key) => {
    const pattern = expected[key];
    if (pattern instanceof RegExp) {
      const all = (told.get(key) ?? []).map(String).join(" ");
      return pattern.test(all) ? [] : [`${what} of ${key}: expected ${pattern}, told ${all}`];
    }
    const one = JSON.stringify(expected[key] ?? []);
    const other = JSON.stringify(told.get(key) ?? []);
    return one === other ? [] : [`${what} of ${key}: expected ${one}, told ${other}`];
  });
}

function deviceDifferences(story: Story, events: readonly SiteEvent[], toldByAsterisk: ToldByAsterisk): string[] {
  const told: Sequences<string> = new Map();
  for (const event of events) {
    if (event.type === "extensionStatus") append(told, `extensionStatus of ${event.agent}`, event.status);
    if (event.type !== "queueMemberStatus" || !story.devices?.[event.agent]) continue;
    if (story.members?.[`${event.agent}@${event.queue}`]) continue;
    append(told, `queueMemberStatus of ${event.agent}@${event.queue}`, event.status);
  }
  const found: string[] = [];
  for (const [key, statuses] of told) {
    const agent = /of ([^@]+)/.exec(key)?.[1] ?? "";
    const expected = story.devices?.[agent] ?? [];
    const missing = missingFrom(expected, statuses);
    if (missing) found.push(`${key}: expected ${expected.join(" ")}, told ${statuses.join(" ")}: no ${missing}`);
    const allowed = toldByAsterisk.get(agent);
    const extra = statuses.filter((status) => !expected.includes(status) && !allowed?.has(status));
    if (extra.length > 0) found.push(`${key}: told ${extra.join(" ")}, which never was`);
  }
  for (const [agent, statuses] of Object.entries(story.devices ?? {}))
    if (statuses.length > 0 && agent !== "1007" && !told.has(`extensionStatus of ${agent}`))
      found.push(`extensionStatus of ${agent}: expected ${statuses.join(" ")}, told nothing`);
  return found;
}

/** The first of `expected` that does not come in its turn. */
function missingFrom(expected: readonly string[], told: readonly string[]): string | undefined {
  let next = 0;
  for (const status of told) if (status === expected[next]) next++;
  return expected[next];
}

function occurrenceDifferences(story: Story, events: readonly SiteEvent[]): string[] {
  const told = events.filter((event) => stateKey(event) === undefined);
  const found: string[] = [];
  for (const wanted of story.occurrencesMayBe ?? []) {
    const index = told.findIndex((event) => matches(wanted, event));
    if (index >= 0) told.splice(index, 1);
  }
  for (const wanted of story.occurrences ?? []) {
    const index = told.findIndex((event) => matches(wanted, event));
    if (index >= 0) told.splice(index, 1);
    else found.push(`expected ${describe(wanted)}, not told`);
  }
  for (const event of told) found.push(`told ${JSON.stringify(event)}, which never was`);
  return found;
}

function matches(wanted: Occurrence, event: SiteEvent): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const actual: unknown = Reflect.get(event, name);
    if (value instanceof RegExp) return typeof actual === "string" && value.test(actual);
    if (typeof value === "number") return typeof actual === "number" && Math.abs(actual - value) <= 1;
    return actual === value;
  });
}

function describe(wanted: Occurrence): string {
  return Object.entries(wanted)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
