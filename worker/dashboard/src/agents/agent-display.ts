/**
 * What the page displays of an agent, derived from the phone, the queue memberships (EV2–EV4) and the day's
 * figures (EV19). Pure.
 *
 * | state     | meaning                                              |
 * |-----------|------------------------------------------------------|
 * | away      | the phone is unavailable, or logged off everywhere   |
 * | ringing   | the phone rings and has no other call                |
 * | talking   | the phone has a call, also if it is held             |
 * | wrapup    | no call, work after a queue's call (EV3), or a pause |
 * |           | for that (EV19)                                      |
 * | paused    | no call, paused in all queues                        |
 * | available | no call, not paused in at least one queue            |
 *
 * Beside the state, an agent may be paused in all queues: also while the phone rings, has a call or is unavailable.
 */
import type { AgentView, Membership, SiteEvent } from "@pbxis/shared/client";
import type { AgentState } from "../ui/agent-states.ts";

export type AgentDisplay = Readonly<{
  agent: string;
  /** The id if there is no name. */
  name: string;
  /** Plain comparison of these keys sorts agents by name. */
  sortKey: string;
  /** All text that a search matches. */
  searchText: string;
  state: AgentState;
  /** A detail of the state, such as `on hold`. */
  note: string | null;
  /** Paused in all queues, in whichever state: no queue sends calls. */
  isPaused: boolean;
  /** When the state began, in ms since 1970; null if it is not known. */
  since: number | null;
  /** When the wrap-up ends by itself; null if it does not, or there is none. */
  wrapUpUntil: number | null;
  /** The day's figures; null if there are none. */
  statistics: AgentView["statistics"];
  /** The reasons of all pauses, without duplicates. */
  pauseReasons: readonly string[];
  call: AgentView["call"];
  /** Sorted by queue name. */
  memberships: readonly Membership[];
}>;

type Status = NonNullable<AgentView["status"]> | "unknown";

/** `phoneSince`: when the phone's state began. It is used for agents who are paused in all queues. */
export function agentDisplay(view: AgentView, phoneSince: number | null = null): AgentDisplay {
  const { agent, call } = view;
  const memberships = [...view.memberships].sort((a, b) => compareText(a.queue, b.queue));
  const status = phoneStatus(view);
  const isPausedInAll = memberships.length > 0 && memberships.every(isPaused);
  const wrapUps = memberships.flatMap(({ wrapUpUntil }) => wrapUpUntil ?? []);
  const wrapUpUntil = wrapUps.length > 0 ? Math.max(...wrapUps) : null;
  const isWrapUp = wrapUpUntil !== null || (isPausedInAll && view.statistics?.state === "wrapup");
  const state = stateOf(status, memberships, isPausedInAll, isWrapUp);
  const reasons = memberships.flatMap(({ status, pausedReason }) =>
    status === "paused" && pausedReason ? [pausedReason] : [],
  );
  const name = view.name || agent;
  return {
    agent,
    name,
    sortKey: sortKeyOf(`${name} ${agent}`),
    searchText: fold(`${name} ${agent} ${call?.number ?? ""} ${call?.name ?? ""}`),
    state,
    note: noteOf(state, status, memberships, isPausedInAll),
    isPaused: isPausedInAll,
    since: activitySince(state, view.statistics) ?? sinceOf(state, memberships, phoneSince),
    wrapUpUntil: state === "wrapup" ? wrapUpUntil : null,
    statistics: view.statistics,
    pauseReasons: [...new Set(reasons)],
    call,
    memberships,
  };
}

/** The phone's own state, or else the device state that the queues report. */
function phoneStatus({ status, memberships }: AgentView): Status {
  if (status !== null) return status;
  return memberships.find(({ deviceStatus }) => deviceStatus !== null)?.deviceStatus ?? "unknown";
}

function stateOf(
  status: Status,
  memberships: readonly Membership[],
  isPausedInAll: boolean,
  isWrapUp: boolean,
): AgentState {
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
    // Asterisk sends calls to members whose device state is unknown.
    default:
      return isWrapUp ? "wrapup" : isPausedInAll ? "paused" : "available";
  }
}

function noteOf(
  state: AgentState,
  status: Status,
  memberships: readonly Membership[],
  isPausedInAll: boolean,
): string | null {
  const paused = memberships.filter(isPaused).length;
  const pauseNote = isPausedInAll ? "also paused" : `paused in ${paused} of ${memberships.length}`;
  const phoneNote = state === "away" && memberships.length === 0 ? "logged off" : (phoneNotes[status] ?? null);
  // An agent who is paused and nothing else needs no note.
  const notes = [phoneNote, state === "paused" || paused === 0 ? null : pauseNote].filter((note) => note !== null);
  return notes.length > 0 ? notes.join(", ") : null;
}

const phoneNotes: Readonly<Partial<Record<Status, string>>> = {
  unavailable: "phone unavailable",
  onhold: "on hold",
  ringinuse: "second call",
  busy: "busy",
};

/** The site's start of what the agent does (EV19), if that is what the page shows: it comes up to 5 s later. */
function activitySince(state: AgentState, statistics: AgentView["statistics"]): number | null {
  return statistics && activityStates[statistics.state] === state ? statistics.stateSince : null;
}

const activityStates: Readonly<Record<NonNullable<AgentView["statistics"]>["state"], AgentState>> = {
  talking: "talking",
  onhold: "talking",
  ringing: "ringing",
  wrapup: "wrapup",
  paused: "paused",
  available: "available",
  unavailable: "away",
  loggedoff: "away",
};

/**
 * A membership's `since` is the start of its pause, or without a pause the start of the phone's state. An agent is
 * paused everywhere since the latest pause.
 */
function sinceOf(state: AgentState, memberships: readonly Membership[], phoneSince: number | null): number | null {
  const isPause = state === "paused";
  const times = memberships.filter((member) => isPaused(member) === isPause).map(({ since }) => since);
  if (times.length === 0) return memberships.length > 0 ? phoneSince : null;
  return isPause ? Math.max(...times) : Math.min(...times);
}

/** When each agent's phone entered its state (EV2). */
export function phoneTimes(events: readonly SiteEvent[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const event of events) if (event.type === "extensionStatus") times.set(event.agent, event.at);
  return times;
}

export function isPaused({ status }: Membership): boolean {
  return status === "paused";
}

/** Removes accents and capitals, which searching and sorting ignore. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replaceAll(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** Pads numbers, so that `10` sorts after `9` by plain comparison. A collator would be too slow for every redraw. */
function sortKeyOf(text: string): string {
  return fold(text).replaceAll(/\d+/g, (digits) => digits.padStart(12, "0"));
}

export function compareText(a: string, b: string): number {
  return compareKeys(sortKeyOf(a), sortKeyOf(b));
}

export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
