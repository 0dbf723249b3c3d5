/** What the uplink tells of itself, as metrics. */
import type { UplinkGauges } from "../uplink/socket.ts";
import { counter, gauge, type Metric } from "./metric.ts";

export function uplinkMetrics(gauges: UplinkGauges, now: number): Metric[] {
  const { inFlightSince } = gauges;
  const lagMs = inFlightSince === null ? 0 : Math.max(0, now - inFlightSince);
  return [
    gauge(
      "pbxis_uplink_acknowledgement_lag_seconds",
      "How long the frame in flight has waited to be acknowledged; 0: none is in flight.",
      lagMs / 1000,
    ),
    gauge("pbxis_outbox_states", "States that wait to be told.", gauges.outboxStates),
    gauge("pbxis_outbox_occurrences", "Occurrences that wait to be told.", gauges.outboxOccurrences),
    gauge("pbxis_outbox_bytes", "What the waiting occurrences take.", gauges.outboxBytes),
    gauge(
      "pbxis_spool_bytes",
      "What the spool has on disk; without one there is no value.",
      gauges.spoolBytes === null ? [] : [{ value: gauges.spoolBytes }],
    ),
    counter("pbxis_occurrences_lost_total", "Occurrences that were dropped, for the outbox was full.", gauges.lost),
    counter("pbxis_uplink_frames_sent_total", "Frames that were sent, without repetitions.", gauges.framesSent),
    counter(
      "pbxis_uplink_frames_acknowledged_total",
      "Frames that the worker has made durable.",
      gauges.acknowledgedFrames,
    ),
  ];
}
