/**
 * What a connector's frame means for its site (UP1–UP6, ST3). Pure: each step says what to store, what to answer and
 * whether to close the socket. The shell stores all of one step in one transaction before it sends anything.
 *
 * | `connector`             | frame                    | step                                                    |
 * |-------------------------|--------------------------|---------------------------------------------------------|
 * | another or none         | hello                    | `welcome null`, link down until the snapshot            |
 * | the same, `through` n   | hello                    | `welcome n`, link as AMI was                            |
 * | `through` null          | snapshot, any number     | accepted as the first                                   |
 * | `through` null          | events, link             | close `out_of_order`                                    |
 * | `through` n             | number ≤ n               | dropped, `ack n`                                        |
 * | `through` n             | number n + 1             | stored, `ack n + 1`                                     |
 * | `through` n             | number > n + 1           | close `out_of_order`                                    |
 * | parts are waiting       | events, link             | close `bad_frame`, parts dropped                        |
 */
import {
  type AmiStatus,
  type CloseReason,
  diffStates,
  eventTraits,
  type LinkState,
  type SequencedFrame,
  type SiteEvent,
  type SiteFrame,
  type StateMap,
  sameState,
  stateKey,
  stateMapOf,
  uplinkProtocol,
} from "@pbxis/shared";
import type { LogItem } from "../api.ts";
import { withoutErased } from "../erasure/ongoing.ts";
import { beginEpoch, type SiteMeta } from "../meta.ts";
import { type Duplicates, withoutDuplicates } from "./duplicates.ts";
import type { HelloFrame } from "./fencing.ts";

/** A site with more states is not one PBX; in memory they are about 50 MB of an object's 128. */
export const maxStates = 100_000;

/**
 * What the site knows. `parts` are the events of an unfinished snapshot, one list for each frame (UP5). `duplicates`
 * are occurrences of other connectors that this one may send again (UP3).
 */
export type Site = Readonly<{
  meta: SiteMeta;
  states: ReadonlyMap<string, SiteEvent>;
  parts: readonly (readonly SiteEvent[])[];
  duplicates: Duplicates;
}>;

/**
 * What to store beside `meta`. `items` follow in the log from the old sequence on; `replaceStates` is set where the
 * states are not the old ones with `items` applied. `newEpoch`: what was logged before is void, and every route must
 * notice (UP6). `duplicates` is set where the occurrences to compare with have changed. `unseen`: of the states of
 * agents that changed then, only the last ones are known.
 */
export type Commit = Readonly<{
  meta: SiteMeta;
  items: readonly LogItem[];
  replaceStates: StateMap | null;
  parts: "keep" | "drop" | Readonly<{ sequence: number; events: readonly SiteEvent[] }>;
  newEpoch: boolean;
  duplicates?: Duplicates;
  unseen?: SequencedFrame["unseen"];
}>;

export type FrameStep = Readonly<{
  commit: Commit | null;
  reply: SiteFrame | null;
  close: Readonly<{ reason: CloseReason; because: string }> | null;
}>;

/** `now` in ms; `freshEpoch` is a random name for a new epoch, should the frame begin one. */
export type FrameContext = Readonly<{ now: number; freshEpoch: string }>;

/**
 * `heardAt`: when the connector that held the uplink until now was heard last (ms). It may have died then, so the
 * states are right until then.
 */
export function stepHello({ meta }: Site, hello: HelloFrame, now: number, heardAt = now): FrameStep {
  const same = meta.connector?.epoch === hello.epoch ? meta.connector : null;
  const through = same?.through ?? null;
  const from = same?.from ?? { sequence: meta.sequence, at: now };
  const handedIn = same?.handedIn ?? [];
  const connector = { epoch: hello.epoch, version: hello.connectorVersion, through, from, handedIn };
  // A connector that is back may have to send what happened meanwhile; its next frame says so.
  const completeUntil = meta.completeUntil ?? (meta.link === "up" || meta.asOf === 0 ? null : meta.asOf);
  const known = { ...meta, connector, connectorSince: now, completeUntil };
  const asOf = meta.link === "up" ? heardAt : meta.asOf;
  const knownUntil = Math.min(asOf, meta.completeUntil ?? asOf);
  const facts = through === null && knownUntil > 0 ? { asOf: knownUntil } : {};
  const welcome: SiteFrame = { type: "welcome", protocol: uplinkProtocol, through, at: now, ...facts };
  // AMI's return is published in its place, after the states that the connector still has to send; its loss at once
  // (ST3).
  const ami = hello.ami?.up === false ? hello.ami : meta.ami;
  // A new connector has not said anything of AMI yet. A takeover makes the states "as of" when the other one was heard
  // last, a return leaves them as they were.
  const next =
    through === null
      ? changeLink({ ...known, ami: { ...meta.ami, up: false } }, "down", asOf, now)
      : changeLink({ ...known, ami }, linkOf(ami), ami.up ? now : ami.asOf, now);
  const parts = through === null ? "drop" : "keep";
  return { commit: { ...next, replaceStates: null, parts, newEpoch: false }, reply: welcome, close: null };
}

export function stepFrame(site: Site, received: SequencedFrame, context: FrameContext): FrameStep {
  const { connector } = site.meta;
  const frame = withoutErasedCalls(site, received, context.now);
  if (!connector) return refuse("out_of_order", "a frame before hello");
  const { through } = connector;
  if (through === null && frame.type !== "snapshot") return refuse("out_of_order", "a frame before the snapshot");
  if (through !== null && frame.sequence <= through)
    return { commit: null, reply: { type: "ack", through, at: context.now }, close: null };
  if (through !== null && frame.sequence !== through + 1)
    return refuse("out_of_order", `frame ${frame.sequence} after frame ${through}`);
  if (countStates(site, frame) > maxStates) return refuseFrame(site, `more than ${maxStates} states`);
  if (site.parts.length > 0 && frame.type !== "snapshot") return refuseFrame(site, "a frame within a snapshot");
  // A connector sends no occurrences before its first snapshot: the time to compare with others' occurrences begins
  // here.
  const from = through === null ? { ...connector.from, at: context.now } : connector.from;
  const { completeUntil = null } = frame;
  const meta = { ...site.meta, completeUntil, connector: { ...connector, from, through: frame.sequence } };
  const commit = { ...commitOf({ ...site, meta }, frame, context), unseen: frame.unseen };
  return { commit, reply: { type: "ack", through: frame.sequence, at: context.now }, close: null };
}

/** The connector is gone (ST3); `asOf` (ms) is when it was last received from. Null if the link is offline already. */
export function stepOffline({ meta }: Site, asOf: number, now: number): Commit | null {
  if (meta.link === "offline") return null;
  // While AMI was down the states were older than the connection.
  const next = changeLink({ ...meta, connectorSince: now }, "offline", meta.link === "up" ? asOf : meta.asOf, now);
  return { ...next, replaceStates: null, parts: "keep", newEpoch: false };
}

/** Begins a new epoch with the present states: what was logged is void (UP6), and every client gets a snapshot. */
export function stepNewEpoch({ meta, states }: Site, freshEpoch: string): Commit {
  return {
    meta: beginEpoch(meta, freshEpoch),
    items: [],
    replaceStates: new Map(states),
    parts: "keep",
    newEpoch: true,
  };
}

/**
 * A frame that cannot be read or accepted. The parts of an unfinished snapshot are void: the connector begins a new
 * one.
 */
export function refuseFrame({ meta, parts }: Site, because: string): FrameStep {
  const commit: Commit = { meta, items: [], replaceStates: null, parts: "drop", newEpoch: false };
  return { ...refuse("bad_frame", because), commit: parts.length > 0 ? commit : null };
}

function refuse(reason: CloseReason, because: string): FrameStep {
  return { commit: null, reply: null, close: { reason, because } };
}

function commitOf(site: Site, frame: SequencedFrame, context: FrameContext): Commit {
  const { meta } = site;
  switch (frame.type) {
    case "events": {
      const { events, duplicates } = withoutDuplicates(frame.events, site.duplicates);
      const next = append(meta, changesOf(site.states, events), context.now);
      return { ...next, replaceStates: null, parts: "keep", newEpoch: false, duplicates };
    }
    case "link": {
      const next = changeLink({ ...meta, ami: frame.ami }, linkOf(frame.ami), frame.ami.asOf, context.now);
      return { ...next, replaceStates: null, parts: "keep", newEpoch: false };
    }
    case "snapshot":
      if (!frame.more) return commitSnapshot(site, frame, context);
      return {
        meta,
        items: [],
        replaceStates: null,
        parts: { sequence: frame.sequence, events: frame.events },
        newEpoch: false,
      };
  }
}

/**
 * The events that change something. The outbox collapses states that wait (EV11), so one may be back at its last
 * published value.
 */
function changesOf(states: Site["states"], events: readonly SiteEvent[]): readonly SiteEvent[] {
  const latest = new Map<string, SiteEvent>();
  return events.filter((event) => {
    const key = stateKey(event);
    if (key === undefined) return true;
    const before = latest.get(key) ?? states.get(key);
    latest.set(key, event);
    return !before || !sameState(before, event);
  });
}

type SnapshotFrame = Extract<SequencedFrame, { type: "snapshot" }>;

/**
 * The last part of a snapshot is there. Only the differences are logged (UP4), but the states become exactly those of
 * the snapshot, and the site's own (EV18, EV19): no event says that a name is gone.
 */
function commitSnapshot(
  { meta, states, parts }: Site,
  frame: SnapshotFrame,
  { now, freshEpoch }: FrameContext,
): Commit {
  const own = [...states.values()].filter(({ type }) => eventTraits[type].own);
  const after = stateMapOf([...parts.flat(), ...frame.events, ...own]);
  const { ami } = frame;
  if (frame.lost > 0) {
    const lost = { total: meta.lost.total + frame.lost, at: now };
    const anew = { ...beginEpoch(meta, freshEpoch), ami, lost, lastChange: now };
    return {
      meta: { ...anew, link: linkOf(ami), asOf: ami.asOf },
      items: [],
      replaceStates: after,
      parts: "drop",
      newEpoch: true,
    };
  }
  const changed = append({ ...meta, ami }, diffStates(states, after, ami.asOf), now);
  const linked = changeLink(changed.meta, linkOf(ami), ami.asOf, now);
  const items = [...changed.items, ...linked.items];
  return { meta: linked.meta, items, replaceStates: after, parts: "drop", newEpoch: false };
}

type Appended = Pick<Commit, "meta" | "items">;

export function append(meta: SiteMeta, items: readonly LogItem[], now: number): Appended {
  if (items.length === 0) return { meta, items };
  return { meta: { ...meta, sequence: meta.sequence + items.length, lastChange: now }, items };
}

function changeLink(meta: SiteMeta, link: LinkState, asOf: number, now: number): Appended {
  if (meta.link === link) return { meta, items: [] };
  return append({ ...meta, link, asOf }, [{ type: "link", link, asOf }], now);
}

function linkOf(ami: AmiStatus): LinkState {
  return ami.up ? "up" : "down";
}

function withoutErasedCalls({ meta }: Site, frame: SequencedFrame, now: number): SequencedFrame {
  if (frame.type === "link" || meta.erased.length === 0) return frame;
  return { ...frame, events: [...withoutErased(frame.events, meta.erased, now)] };
}

/** How many states there would be after the frame. Counted exactly only near the limit. */
function countStates({ states, parts }: Site, frame: SequencedFrame): number {
  if (frame.type === "link") return states.size;
  if (frame.type === "snapshot") return parts.reduce((sum, part) => sum + part.length, frame.events.length);
  if (states.size + frame.events.length <= maxStates) return states.size;
  const fresh = new Set(frame.events.map(stateKey));
  fresh.delete(undefined);
  return states.size + [...fresh].filter((key) => key !== undefined && !states.has(key)).length;
}
