/** RD1, RD2: the uplink behind the redaction. No other part of the connector has the uplink itself. */
import { startUplink, type Uplink, type UplinkOptions } from "../uplink/socket.ts";
import type { FindChannel, Redaction } from "./redaction.ts";

export function startRedactedUplink(redaction: Redaction, find: FindChannel, options: UplinkOptions): Uplink {
  const uplink = startUplink({
    ...options,
    snapshot: () => {
      const snapshot = options.snapshot();
      return snapshot && { ...snapshot, events: redaction.events(snapshot.events) };
    },
    onCommand: (command, startBefore) => options.onCommand(redaction.restore(command, find), startBefore),
  });
  return {
    ...uplink,
    push: (events, ami) => uplink.push(redaction.events(events), ami),
    reply: (id, outcome) => uplink.reply(id, redaction.outcome(outcome)),
    report: (report) =>
      uplink.report(report.leftOut ? { ...report, leftOut: redaction.leftOut(report.leftOut) } : report),
  };
}
