/**
 * Translates the frames of one stream into pbxis's events (PX4): single events in pbxis's shapes, filtered by the
 * client's subscription. An event that looks the same as before in pbxis's shape is left out, and so are changes of the
 * link (ST3), which pbxis does not have.
 *
 * pbxis sends a queue's members as one list, which needs all members, but a resumed stream brings only those that
 * changed. So the members are then read once from the site. Events that the read covers already are not applied again.
 */
import {
  type Cursor,
  type Filter,
  matcher,
  parseCursor,
  type ServerFrame,
  type SiteEvent,
  selectSnapshot,
  stateKey,
  stateMapOf,
} from "@pbxis/shared";
import { memberSummary, type PbxisEvent, pbxisEvent } from "./event.ts";
import { concernsMembers, Members } from "./members.ts";

/** Reads the states of all members of the subscription's queues; `cursor` is the position at which they hold. */
export type ReadMembers = () => Promise<Readonly<{ cursor: Cursor; events: readonly SiteEvent[] }>>;

/**
 * The filter of the inner stream. With summaries it covers all agents of the queues, whatever agents the client
 * requested: a queue's list has all its members, so the log-off of each must be seen.
 */
export function innerFilter(requested: Filter): Filter {
  if (!requested.summary) return requested;
  const about = requested.agents.length === 0 ? "queue" : null;
  return { agents: "*", queues: requested.queues, summary: true, about };
}

/** The filter with which the lists' members are read. */
export function membersFilter(requested: Filter): Filter {
  return { agents: "*", queues: requested.queues, summary: true, about: "queue" };
}

export class FrameTranslator {
  readonly #requested: Filter;
  readonly #matches: (event: SiteEvent) => boolean;
  readonly #readMembers: ReadMembers;
  readonly #members = new Members();
  /** The position up to which `#members` is complete; null before the members are known. */
  #membersAt: Cursor | null = null;
  /** The last event of each state as JSON: pbxis's shapes have fewer fields, so a changed state may look the same. */
  readonly #lastSent = new Map<string, string>();

  constructor(requested: Filter, readMembers: ReadMembers) {
    this.#requested = requested;
    this.#matches = matcher(requested);
    this.#readMembers = readMembers;
  }

  /**
   * Whether a snapshot says of each requested name what became of it (EV12). With `*` it has only what there is: a
   * client that had something else would show it for ever.
   */
  get isComplete(): boolean {
    const { agents, queues, unnamed } = this.#requested;
    return agents !== "*" && queues !== "*" && !unnamed;
  }

  /**
   * Takes the frames in their order. Rejects, without a result for any part of the frame, if the members cannot be
   * read.
   */
  async translate(frame: ServerFrame): Promise<readonly PbxisEvent[]> {
    switch (frame.type) {
      case "link":
        return [];
      case "snapshot":
        return this.#onSnapshot(frame.events, parseCursor(frame.cursor) ?? null, frame.asOf);
      case "events":
        return this.#onEvents(frame.events, parseCursor(frame.cursor) ?? null);
    }
  }

  #onSnapshot(states: readonly SiteEvent[], at: Cursor | null, asOf: number): readonly PbxisEvent[] {
    this.#members.replace(states);
    this.#membersAt = at;
    const shown = selectSnapshot(stateMapOf(states), this.#requested, asOf);
    const queues = new Set(shown.flatMap((event) => (isSummary(event) ? event.queue : [])));
    return [...shown.flatMap((event) => this.#changed(event)), ...this.#changedLists(queues)];
  }

  async #onEvents(events: readonly SiteEvent[], at: Cursor | null): Promise<readonly PbxisEvent[]> {
    if (this.#requested.summary && !this.#membersAt && events.some(concernsMembers)) {
      const read = await this.#readMembers();
      this.#members.replace(read.events);
      this.#membersAt = read.cursor;
    }
    const isCovered = !this.#membersAt || isWithin(at, this.#membersAt);
    const translated: PbxisEvent[] = [];
    const queues = new Set<string>();
    for (const event of events) {
      if (this.#matches(event)) translated.push(...this.#changed(event));
      if (!this.#requested.summary || !("queue" in event)) continue;
      const listChanged = isCovered ? concernsMembers(event) : this.#members.apply(event);
      if (listChanged) queues.add(event.queue);
    }
    return [...translated, ...this.#changedLists(queues)];
  }

  #changed(event: SiteEvent): readonly PbxisEvent[] {
    const translated = pbxisEvent(event);
    return translated ? this.#unlessSent(stateKey(event), translated) : [];
  }

  #changedLists(queues: Iterable<string>): readonly PbxisEvent[] {
    return [...queues].flatMap((queue) =>
      this.#unlessSent(`MemberSummary,${queue}`, memberSummary(queue, this.#members.list(queue))),
    );
  }

  #unlessSent(key: string | undefined, event: PbxisEvent): readonly PbxisEvent[] {
    if (key === undefined) return [event];
    const text = JSON.stringify(event);
    if (this.#lastSent.get(key) === text) return [];
    this.#lastSent.set(key, text);
    return [event];
  }
}

function isSummary(event: SiteEvent) {
  return event.type === "queueSummary" || event.type === "memberSummary";
}

/** Positions of different epochs cannot be compared; the snapshot of the newer epoch then corrects everything. */
function isWithin(at: Cursor | null, limit: Cursor): boolean {
  return at !== null && at.epoch === limit.epoch && at.sequence <= limit.sequence;
}
