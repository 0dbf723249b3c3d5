/** The uplink's metrics. */
import type { UplinkGauges } from "../uplink/socket.ts";
import { counter, gauge, type Metric } from "./metric.ts";

export function uplinkMetrics(gauges: UplinkGauges, now: number): Metric[] {
  const { inFlightSince, spool } = gauges;
  const lagMs = inFlightSince === null ? 0 : Math.max(0, now - inFlightSince);
  return [
    gauge(
      "pbxis_uplink_acknowledgement_lag_seconds",
      "How long the frame in flight has waited for its acknowledgement; 0 if none is in flight.",
      lagMs / 1000,
    ),
    gauge("pbxis_outbox_states", "States that wait to be sent.", gauges.outboxStates),
    gauge("pbxis_outbox_occurrences", "Occurrences that wait to be sent.", gauges.outboxOccurrences),
    gauge("pbxis_outbox_bytes", "Size of the waiting occurrences.", gauges.outboxBytes),
    gauge(
      "pbxis_spool_bytes",
      "Size of the spool's file; no value without a spool.",
      spool.bytes === null ? [] : [{ value: spool.bytes }],
    ),
    gauge(
      "pbxis_spool_failing",
      "Whether the spool's file cannot be written; no value without a spool.",
      spool.bytes === null ? [] : [{ value: spool.failure ? 1 : 0 }],
    ),
    gauge(
      "pbxis_spool_missing_occurrences",
      "Occurrences that wait to be sent and are not in the failing file; at most.",
      spool.bytes === null ? [] : [{ value: spool.failure?.missing ?? 0 }],
    ),
    gauge(
      "pbxis_clock_offset_seconds",
      "How far this machine's clock is ahead of the worker's; no value while that is not known.",
      gauges.clockOffsetMs === null ? [] : [{ value: gauges.clockOffsetMs / 1000 }],
    ),
    counter("pbxis_occurrences_lost_total", "Occurrences dropped because the outbox was full.", gauges.lost),
    counter("pbxis_uplink_frames_sent_total", "Frames sent, without repetitions.", gauges.framesSent),
    counter(
      "pbxis_uplink_frames_acknowledged_total",
      "Frames that the worker acknowledged as durable.",
      gauges.acknowledgedFrames,
    ),
  ];
}
