/**
 * The members of each queue with their summaries. pbxis sends all members of a queue whenever one changes (PX4),
 * whereas a `memberSummary` is one member. No event ends a summary: the member's log-off does.
 */
import type { EventOf, SiteEvent } from "@pbxis/shared";
import { type PbxisMember, pbxisMember } from "./event.ts";

type Member = { isIn: boolean; summary: EventOf<"memberSummary"> | null };

export class Members {
  readonly #queues = new Map<string, Map<string, Member>>();

  /** Begins anew with the states of a snapshot. */
  replace(states: Iterable<SiteEvent>): void {
    this.#queues.clear();
    for (const state of states) this.apply(state);
  }

  /** True if the list of the event's queue has changed. */
  apply(event: SiteEvent): boolean {
    if (event.type === "memberSummary") {
      const member = this.#member(event);
      member.summary = event;
      return member.isIn;
    }
    if (event.type !== "queueMemberStatus") return false;
    const member = this.#member(event);
    const isIn = event.status !== "loggedoff";
    const changed = isIn !== member.isIn && member.summary !== null;
    member.isIn = isIn;
    return changed;
  }

  list(queue: string): readonly PbxisMember[] {
    const members = [...(this.#queues.get(queue)?.values() ?? [])];
    return members.flatMap(({ isIn, summary }) => (isIn && summary ? [pbxisMember(summary)] : []));
  }

  #member({ queue, agent }: Readonly<{ queue: string; agent: string }>): Member {
    const members = this.#queues.get(queue) ?? new Map<string, Member>();
    this.#queues.set(queue, members);
    const member = members.get(agent) ?? { isIn: false, summary: null };
    members.set(agent, member);
    return member;
  }
}

/** Whether the event alone shows that its queue's list may have changed. */
export function concernsMembers(
  event: SiteEvent,
): event is EventOf<"memberSummary"> | (EventOf<"queueMemberStatus"> & { status: "loggedoff" }) {
  return event.type === "memberSummary" || (event.type === "queueMemberStatus" && event.status === "loggedoff");
}
