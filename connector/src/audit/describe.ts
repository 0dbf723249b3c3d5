/** A difference in words for the log: whose state, of what kind, from what to what; of a caller neither number nor name. */
import type { SiteEvent } from "@pbxis/shared";
import type { AuditedKind, Difference } from "./comparison.ts";

export type DifferenceTold = Readonly<{
  kind: AuditedKind;
  agent?: string;
  queue?: string;
  from: string;
  to: string;
}>;

export function kindOf({ key }: Difference): AuditedKind {
  return key.slice(0, key.indexOf(",")) as AuditedKind;
}

export function describe(difference: Difference): DifferenceTold {
  const [, first = "", second = ""] = difference.key.split(",");
  const kind = kindOf(difference);
  const told = { from: shown(difference.from), to: shown(difference.to) };
  if (kind === "queueCount") return { kind, queue: first, ...told };
  return { kind, agent: first, ...(kind === "queueMemberStatus" && { queue: second }), ...told };
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
    default:
      return "none";
  }
}
