/** What an agent is doing, made of what is known of phone and memberships (EV2–EV4). Pure. */
import type { AgentView, Membership, SiteEvent } from "@pbxis/shared/client";

/** In the order in which totals are shown. */
export const agentWords = ["available", "ringing", "talking", "paused", "away"] as const;
/**
 * | word      | when                                                             |
 * |-----------|------------------------------------------------------------------|
 * | away      | the phone is not there, or logged off everywhere                 |
 * | ringing   | the phone rings and there is no call on it                       |
 * | talking   | there is a call on the phone, in whatever way                    |
 * | paused    | no call, paused in all queues                                    |
 * | available | no call, not paused in at least one queue                        |
 */
export type AgentWord = (typeof agentWords)[number];

export type AgentLine = Readonly<{
  agent: string;
  /** The id where there is no name. */
  name: string;
  /** Names in their order, by plain comparison; and all that a search looks at. */
  sortKey: string;
  searchText: string;
  word: AgentWord;
  /** What the word leaves out, for people: `on hold`. */
  note: string | null;
  /** Ms since 1970, when this began; null if that is not known. */
  since: number | null;
  /** Of all pauses, each once. */
  pauseReasons: readonly string[];
  call: AgentView["call"];
  /** By queue's name. */
  memberships: readonly Membership[];
}>;

type Status = NonNullable<AgentView["status"]> | "unknown";

/** `phoneSince`: when the phone's state was told, for agents of whom no queue knows since when, such as those paused in all. */
export function agentLine(view: AgentView, phoneSince: number | null = null): AgentLine {
  const { agent, call } = view;
  const memberships = [...view.memberships].sort((a, b) => compareText(a.queue, b.queue));
  const status = phoneStatus(view);
  const word = wordOf(status, memberships);
  const reasons = memberships.flatMap(({ status, pausedReason }) =>
    status === "paused" && pausedReason ? [pausedReason] : [],
  );
  const name = view.name || agent;
  return {
    agent,
    name,
    sortKey: sortKeyOf(`${name} ${agent}`),
    searchText: fold(`${name} ${agent} ${call?.number ?? ""} ${call?.name ?? ""}`),
    word,
    note: noteOf(word, status, memberships),
    since: sinceOf(word, memberships, phoneSince),
    pauseReasons: [...new Set(reasons)],
    call,
    memberships,
  };
}

/** The phone's own word, else what the queues see of it. */
function phoneStatus({ status, memberships }: AgentView): Status {
  if (status !== null) return status;
  return memberships.find(({ deviceStatus }) => deviceStatus !== null)?.deviceStatus ?? "unknown";
}

function wordOf(status: Status, memberships: readonly Membership[]): AgentWord {
  if (memberships.length === 0) return "away";
  switch (status) {
    case "unavailable":
      return "away";
    case "ringing":
      return "ringing";
    case "inuse":
    case "ringinuse":
    case "busy":
    case "onhold":
      return "talking";
    // Asterisk gives calls to members whose phone's state it does not know.
    default:
      return memberships.every(isPaused) ? "paused" : "available";
  }
}

function noteOf(word: AgentWord, status: Status, memberships: readonly Membership[]): string | null {
  switch (word) {
    case "away":
      return memberships.length === 0 ? "logged off" : "phone unavailable";
    case "talking": {
      const pausedToo = memberships.every(isPaused) ? "also paused" : null;
      const notes = [talkingNotes[status] ?? null, pausedToo].filter((note) => note !== null);
      return notes.length > 0 ? notes.join(", ") : null;
    }
    case "available": {
      const paused = memberships.filter(isPaused).length;
      return paused > 0 ? `paused in ${paused} of ${memberships.length}` : null;
    }
    default:
      return null;
  }
}

const talkingNotes: Readonly<Partial<Record<Status, string>>> = {
  onhold: "on hold",
  ringinuse: "another call rings",
  busy: "busy",
};

/** Of a phone's state the queues in which there is no pause know the beginning; everywhere paused is who is so in the last queue too. */
function sinceOf(word: AgentWord, memberships: readonly Membership[], phoneSince: number | null): number | null {
  const isPause = word === "paused";
  const times = memberships.filter((member) => isPaused(member) === isPause).map(({ since }) => since);
  if (times.length === 0) return memberships.length > 0 ? phoneSince : null;
  return isPause ? Math.max(...times) : Math.min(...times);
}

/** When each agent's phone came to its state (EV2). */
export function phoneTimes(events: readonly SiteEvent[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const event of events) if (event.type === "extensionStatus") times.set(event.agent, event.at);
  return times;
}

export function isPaused({ status }: Membership): boolean {
  return status === "paused";
}

/** Accents and capitals are seldom typed, and do not change the order. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** `10` after `9`: what is in a text, so that texts can be compared as they are. Collating anew for each sort is too slow. */
function sortKeyOf(text: string): string {
  return fold(text).replaceAll(/\d+/g, (digits) => digits.padStart(12, "0"));
}

export function compareText(a: string, b: string): number {
  return compareKeys(sortKeyOf(a), sortKeyOf(b));
}

export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
