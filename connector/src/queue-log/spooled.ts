/**
 * Whether an earlier process has left in the spool what a line of the queue_log says. The spool's occurrences reach the
 * site with the connector's own, so the site would not take them for duplicates. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { LoggedFact } from "../ami/event/event.ts";

/** The log has whole seconds. */
const nearMs = 2_000;

export function isSpooled(fact: LoggedFact, spooled: readonly SiteEvent[]): boolean {
  return spooled.some((event) => Math.abs(event.at - fact.at) <= nearMs && isOf(event, fact));
}

function isOf(event: SiteEvent, fact: LoggedFact): boolean {
  switch (fact.kind) {
    case "loggedWaitEnd":
      return event.type === "queueCallEnded" && event.queue === fact.queue && event.uniqueId === fact.uniqueId;
    case "loggedCallEnd":
      return (
        event.type === "agentComplete" && event.queueName === fact.queue && ["", fact.uniqueId].includes(event.uniqueId)
      );
    case "loggedRingEnd":
      return (
        event.type === "agentRingEnded" &&
        event.queueName === fact.queue &&
        event.callId === fact.uniqueId &&
        Math.abs(event.ringTime - fact.ringMs) <= nearMs
      );
  }
}
