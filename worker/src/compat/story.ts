/**
 * One stream's frames told as pbxis tells them: single events in its shapes, by its scope rule, without frames that bring nothing new to its
 * clients. Freshness (ST3) has no word there and is left out.
 *
 * Lists of members need all members, also when a resumed stream brings only what changed: then they are read once from the site. What the
 * read has already is not applied again.
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

/** All states of the asked queues' members, and where in the site's order that is. */
export type ReadMembers = () => Promise<Readonly<{ cursor: Cursor; events: readonly SiteEvent[] }>>;

/**
 * What is subscribed to for a client who asked for `asked`. The summaries of a queue are of all its members, so that who has left it must be
 * known of all.
 */
export function innerFilter(asked: Filter): Filter {
  if (!asked.summary) return asked;
  const about = asked.agents.length === 0 ? "queue" : null;
  return { agents: "*", queues: asked.queues, summary: true, about };
}

/** What is read for the lists alone. */
export function membersFilter(asked: Filter): Filter {
  return { agents: "*", queues: asked.queues, summary: true, about: "queue" };
}

export class Story {
  readonly #asked: Filter;
  readonly #matches: (event: SiteEvent) => boolean;
  readonly #readMembers: ReadMembers;
  readonly #members = new Members();
  /** Up to where `#members` knows everything; null: nothing is known yet. */
  #membersAt: Cursor | null = null;
  /** The last word of each state: pbxis sends what changed in its own shape, which has less than ours. */
  readonly #told = new Map<string, string>();

  constructor(asked: Filter, readMembers: ReadMembers) {
    this.#asked = asked;
    this.#matches = matcher(asked);
    this.#readMembers = readMembers;
  }

  /** Frames in order. Rejects if the members cannot be read; the frame is then not told at all. */
  async tell(frame: ServerFrame): Promise<readonly PbxisEvent[]> {
    switch (frame.type) {
      case "link":
        return [];
      case "snapshot":
        return this.#tellSnapshot(frame.events, parseCursor(frame.cursor) ?? null, frame.asOf);
      case "events":
        return this.#tellEvents(frame.events, parseCursor(frame.cursor) ?? null);
    }
  }

  #tellSnapshot(states: readonly SiteEvent[], at: Cursor | null, asOf: number): readonly PbxisEvent[] {
    this.#members.replace(states);
    this.#membersAt = at;
    const shown = selectSnapshot(stateMapOf(states), this.#asked, asOf);
    const queues = new Set(shown.flatMap((event) => (isSummary(event) ? event.queue : [])));
    return [...shown.flatMap((event) => this.#news(event)), ...this.#lists(queues)];
  }

  async #tellEvents(events: readonly SiteEvent[], at: Cursor | null): Promise<readonly PbxisEvent[]> {
    if (this.#asked.summary && !this.#membersAt && events.some(concernsMembers)) {
      const read = await this.#readMembers();
      this.#members.replace(read.events);
      this.#membersAt = read.cursor;
    }
    const isKnown = !this.#membersAt || isWithin(at, this.#membersAt);
    const told: PbxisEvent[] = [];
    const queues = new Set<string>();
    for (const event of events) {
      if (this.#matches(event)) told.push(...this.#news(event));
      if (!this.#asked.summary || !("queue" in event)) continue;
      const changed = isKnown ? concernsMembers(event) : this.#members.apply(event);
      if (changed) queues.add(event.queue);
    }
    return [...told, ...this.#lists(queues)];
  }

  #news(event: SiteEvent): readonly PbxisEvent[] {
    const told = pbxisEvent(event);
    return told ? this.#unlessTold(stateKey(event), told) : [];
  }

  #lists(queues: Iterable<string>): readonly PbxisEvent[] {
    return [...queues].flatMap((queue) =>
      this.#unlessTold(`MemberSummary,${queue}`, memberSummary(queue, this.#members.list(queue))),
    );
  }

  #unlessTold(key: string | undefined, event: PbxisEvent): readonly PbxisEvent[] {
    if (key === undefined) return [event];
    const text = JSON.stringify(event);
    if (this.#told.get(key) === text) return [];
    this.#told.set(key, text);
    return [event];
  }
}

function isSummary(event: SiteEvent) {
  return event.type === "queueSummary" || event.type === "memberSummary";
}

/** Positions of different epochs do not compare; the newer one's snapshot puts everything right. */
function isWithin(at: Cursor | null, known: Cursor): boolean {
  return at !== null && at.epoch === known.epoch && at.sequence <= known.sequence;
}
