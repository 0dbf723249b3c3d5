/**
 * One audit's comparison: the states (EV1–EV5, EV22) that the lists changed and that no live event explains.
 *
 * Asterisk writes a list at once and its live events a moment later, so a list may be ahead of them. A change is
 * explained if a live event about the same subject (model/state/subject.ts) follows it. A change that a live event made
 * is not the lists'. Summaries (EV9) are not compared, because the averages in a list are Asterisk's own and differ
 * from ours by design.
 *
 * The comparison reads the model after each event and changes nothing.
 */
import { type SiteEvent, sameState, stateKey } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { project, projectAll } from "../model/publish/project.ts";
import type { Changes } from "../model/state/changes.ts";
import type { Model } from "../model/state/state.ts";
import type { StateRef } from "../model/state/state-ref.ts";
import { deviceSubject, subjectsOf } from "../model/state/subject.ts";

export const auditedKinds = [
  "agentName",
  "extensionStatus",
  "queueMemberStatus",
  "phoneNumber",
  "queueCount",
  "parkedCallState",
] as const;
export type AuditedKind = (typeof auditedKinds)[number];
const audited: ReadonlySet<string> = new Set(auditedKinds);

/**
 * A state that the lists corrected. Undefined means that the state does not exist: a member that is logged off, a queue
 * or an agent that is gone.
 */
export type Difference = Readonly<{ key: string; from: SiteEvent | undefined; to: SiteEvent | undefined }>;

export type Comparison = Readonly<{
  /** To be called for every event since the regeneration began, after it was reduced to `changes`. */
  observe: (event: AmiEvent, changes: Changes) => void;
  /** What no live event has explained so far. */
  differences: () => readonly Difference[];
}>;

/** Lists report a wait in whole seconds. */
const waitToleranceMs = 2000;

type Suspicion = { from: SiteEvent | undefined; to: SiteEvent | undefined; subjects: Set<string> };

/**
 * To be created when a regeneration begins and before that event is reduced, while the model still has the notes of
 * pause devices.
 */
export function createComparison(model: Model): Comparison {
  const current = new Map<string, SiteEvent>();
  for (const event of projectAll(model, model.now)) {
    const key = stateKey(event);
    if (key !== undefined && audited.has(event.type)) current.set(key, event);
  }
  const expected = new Set([...model.pauseNotes.keys()].map(deviceSubject));
  const suspicions = new Map<string, Suspicion>();

  function refresh(state: StateRef): void {
    const now = project(model, state, model.now);
    if (now) current.set(state.key, now);
    else current.delete(state.key);
  }

  function suspect(state: StateRef, subjects: readonly string[]): void {
    const { key } = state;
    const from = current.get(key);
    refresh(state);
    const to = current.get(key);
    if (isSame(from, to) || subjects.some((subject) => expected.has(subject))) return;
    const known = suspicions.get(key);
    if (!known) suspicions.set(key, { from, to, subjects: new Set(subjects) });
    else {
      known.to = to;
      for (const subject of subjects) known.subjects.add(subject);
    }
  }

  function explain(event: AmiEvent): void {
    const subjects = subjectsOf(event);
    for (const [key, suspicion] of suspicions)
      if (subjects.some((subject) => suspicion.subjects.has(subject))) suspicions.delete(key);
  }

  return {
    observe: (event, changes) => {
      const dirty = changes.dirty.filter(isAudited);
      if (event.kind === "listCompleted")
        for (const { state, subjects } of statesWithCauses(changes)) suspect(state, subjects);
      else if (isListed(event)) for (const state of dirty) suspect(state, subjectsOf(event));
      else explain(event);
      for (const state of dirty) refresh(state);
    },
    differences: () =>
      [...suspicions].filter(([, { from, to }]) => !isSame(from, to)).map(([key, { from, to }]) => ({ key, from, to })),
  };
}

function isAudited({ type }: StateRef): boolean {
  return audited.has(type);
}

type Caused = { state: StateRef; subjects: string[] };

/** The dirty states of a completed list, each with all subjects that may have made it dirty. */
function statesWithCauses(changes: Changes): Iterable<Caused> {
  const byKey = new Map<string, Caused>();
  for (const { subject, states } of changes.causes)
    for (const state of states) {
      if (!isAudited(state)) continue;
      const known = byKey.get(state.key);
      if (known) known.subjects.push(subject);
      else byKey.set(state.key, { state, subjects: [subject] });
    }
  return byKey.values();
}

function isListed(event: AmiEvent): boolean {
  switch (event.kind) {
    case "queueMember":
    case "queueParams":
    case "queueEntry":
    case "coreShowChannel":
      return true;
    case "extensionStatus":
    case "deviceStateChange":
    case "parkedCall":
      return event.listed === true;
    default:
      return false;
  }
}

function isSame(one: SiteEvent | undefined, other: SiteEvent | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.type !== "queueCount" || other.type !== "queueCount") return sameState(one, other);
  const [was, is] = [one.longestWaitSince, other.longestWaitSince];
  const isTolerable = was !== null && is !== null && Math.abs(was - is) <= waitToleranceMs;
  return sameState(one, isTolerable ? { ...other, longestWaitSince: was } : other);
}
