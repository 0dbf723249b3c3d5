/**
 * A difference as the log shows it: whose state of which kind it is, and both values. It never contains a caller's
 * number or name.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { AuditedKind, Difference } from "./comparison.ts";

export type DescribedDifference = Readonly<{
  kind: AuditedKind;
  agent?: string;
  queue?: string;
  parkingSpace?: string;
  from: string;
  to: string;
}>;

export function kindOf({ key }: Difference): AuditedKind {
  return key.slice(0, key.indexOf(",")) as AuditedKind;
}

export function describeDifference(difference: Difference): DescribedDifference {
  const [, first = "", second = ""] = difference.key.split(",");
  const kind = kindOf(difference);
  const values = { from: shown(difference.from), to: shown(difference.to) };
  if (kind === "queueCount") return { kind, queue: first, ...values };
  if (kind === "parkedCallState") return { kind, parkingSpace: `${first}/${second}`, ...values };
  return { kind, agent: first, ...(kind === "queueMemberStatus" && { queue: second }), ...values };
}

function shown(event: SiteEvent | undefined): string {
  switch (event?.type) {
    case "agentName":
      return event.name;
    case "extensionStatus":
      return event.status;
    case "queueMemberStatus": {
      const { status, deviceStatus, pausedReason, penalty } = event;
      const reason = pausedReason ? ` (${pausedReason})` : "";
      return `${status}${reason}, device ${deviceStatus}, penalty ${penalty}`;
    }
    case "phoneNumber": {
      const { number, queueName, callId } = event;
      return number === null ? "no call" : `call ${callId}${queueName === null ? "" : ` of ${queueName}`}`;
    }
    case "queueCount": {
      const { count, longestWaitSince } = event;
      return longestWaitSince === null ? `${count}` : `${count}, since ${new Date(longestWaitSince).toISOString()}`;
    }
    case "parkedCallState":
      return event.since === null ? "empty" : `a call, since ${new Date(event.since).toISOString()}`;
    default:
      return "none";
  }
}
