/**
 * UP3: what two connectors of one site have both heard. When one takes over from another, both may have told the same call: the old one before it
 * went, the new one from what it kept. The site knows such an echo by what happened, not by who tells it, and takes it once. Pure.
 */
import type { Event } from "@pbxis/shared";

/** Counts what was told so long before a takeover, and is listened for so long after it. */
export const echoSpanMs = 600_000;
/** Two connectors read the same event at times that differ by what AMI kept one of them waiting. */
const skewMs = 60_000;

/** What happened, whoever tells it: the path of a recording, or a failure's exact reason, one of them may know better. */
function identityOf(event: Event): string | undefined {
  switch (event.type) {
    case "agentComplete":
      return [event.type, event.agent, event.queueName, event.uniqueId, event.talkTime].join();
    case "originateFailed":
      return [event.type, event.actionId].join();
    case "parkedCall":
    case "unParkedCall":
    case "parkedCallTimeOut":
    case "parkedCallGiveUp":
      return [event.type, event.channel, event.parkingSpace].join();
    default:
      return undefined;
  }
}

/** Without those of `events` that are among `told`; each of `told` is an echo once. */
export function withoutEchoes(
  events: readonly Event[],
  told: readonly Event[],
): Readonly<{ events: readonly Event[]; told: readonly Event[] }> {
  const left = [...told];
  const kept = events.filter((event) => {
    const identity = identityOf(event);
    if (identity === undefined) return true;
    const index = left.findIndex((one) => identityOf(one) === identity && Math.abs(one.at - event.at) <= skewMs);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
  return left.length === told.length ? { events, told } : { events: kept, told: left };
}
