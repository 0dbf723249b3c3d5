/**
 * What is counted and summed for each queue, each agent and the site as a whole, in each interval. One table says how
 * the values of a field from two times become one:
 *
 * | rule   | the two become                                           |
 * |--------|----------------------------------------------------------|
 * | `sum`  | their sum                                                |
 * | `most` | the greater one                                          |
 * | `last` | the later one; null as long as there is none             |
 * | `by`   | sums by name, at most `maxNames` of them and `other`     |
 *
 * Pure, except that `add` changes its target.
 */
import * as z from "zod";

type Rule = "sum" | "most" | "last" | "by";

/**
 * Stored in this order: new fields come at the end, and an older row has none of them. Any other change raises the
 * version of the tables. Times in ms.
 */
const fields = {
  queue: {
    offered: "sum",
    answered: "sum",
    answeredInLevel: "sum",
    abandoned: "sum",
    shortAbandoned: "sum",
    exited: "sum",
    picked: "sum",
    moved: "sum",
    hungUp: "sum",
    unknown: "sum",
    waitTimeAnswered: "sum",
    waitTimeAbandoned: "sum",
    longestWait: "most",
    mostWaiting: "most",
    talkTime: "sum",
    holdTime: "sum",
    wrapUpTime: "sum",
    serviceLevelSeconds: "last",
    shortAbandonSeconds: "last",
    untimedTalks: "sum",
  },
  agent: {
    answered: "sum",
    notAnswered: "sum",
    declined: "sum",
    transferred: "sum",
    talkTime: "sum",
    holdTime: "sum",
    wrapUpTime: "sum",
    ringTime: "sum",
    availableTime: "sum",
    pausedTime: "sum",
    pausedBy: "by",
    loggedInTime: "sum",
  },
  /**
   * `unwatched`: how long nobody watched Asterisk; `unseen`: how long the site did not learn what agents did, besides.
   * Its name is empty.
   */
  site: { unwatched: "sum", unseen: "sum" },
} as const satisfies Record<string, Record<string, Rule>>;

export type Kind = keyof typeof fields;
type Values = { sum: number; most: number; last: number | null; by: Record<string, number> };
type Row<Fields extends Record<string, Rule>> = { -readonly [Field in keyof Fields]: Values[Fields[Field]] };
export type Sums<K extends Kind> = Row<(typeof fields)[K]>;

/** Names in a `by`, beyond which the rest is `other`. */
const maxNames = 20;
const rest = "other";

type AnySums = Record<string, Values[Rule]>;

export function emptySums<K extends Kind>(kind: K): Sums<K> {
  const empty = { sum: 0, most: 0, last: null };
  const entries = rulesOf(kind).map(([field, rule]) => [field, rule === "by" ? {} : empty[rule]]);
  return Object.fromEntries(entries) as Sums<K>;
}

/** Adds `more`, which is later, to `target`. */
export function add<K extends Kind>(kind: K, target: Sums<K>, more: Partial<Sums<K>>): void {
  const sums = target as AnySums;
  for (const [field, value] of Object.entries(more as AnySums)) {
    const rule = (fields[kind] as Record<string, Rule>)[field];
    if (rule === "sum") sums[field] = (sums[field] as number) + (value as number);
    else if (rule === "most") sums[field] = Math.max(sums[field] as number, value as number);
    else if (rule === "last") sums[field] = value ?? sums[field] ?? null;
    else if (rule === "by") addNamed(sums[field] as Record<string, number>, value as Record<string, number>);
  }
}

function addNamed(target: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(more)) {
    const isKnown = Object.hasOwn(target, name) || Object.keys(target).filter((key) => key !== rest).length < maxNames;
    const key = isKnown ? name : rest;
    target[key] = (Object.hasOwn(target, key) ? (target[key] ?? 0) : 0) + value;
  }
}

/** Sums as they are stored: their values in the order of the fields. */
export const SavedSums = z.array(z.union([z.number(), z.null(), z.record(z.string(), z.number())])).readonly();
export type SavedSums = z.infer<typeof SavedSums>;

export function encodeSums<K extends Kind>(kind: K, sums: Sums<K>): SavedSums {
  return rulesOf(kind).map(([field]) => (sums as AnySums)[field] as Values[Rule]);
}

export function decodeSums<K extends Kind>(kind: K, saved: SavedSums): Sums<K> {
  const sums = emptySums(kind);
  const known = rulesOf(kind).flatMap(([field], place) => (place < saved.length ? [[field, saved[place]]] : []));
  add(kind, sums, Object.fromEntries(known));
  return sums;
}

/** `later` added to `saved`. */
export function mergeSums<K extends Kind>(kind: K, saved: SavedSums, later: SavedSums): SavedSums {
  const sums = decodeSums(kind, saved);
  add(kind, sums, decodeSums(kind, later));
  return encodeSums(kind, sums);
}

function rulesOf(kind: Kind): readonly (readonly [string, Rule])[] {
  return Object.entries(fields[kind]);
}
