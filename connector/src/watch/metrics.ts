/** All metrics of the connector, from the readings of its parts. */
import type { Audit } from "@pbxis/shared";
import type { AmiTraffic } from "../ami/traffic.ts";
import { type AuditedKind, auditedKinds } from "../audit/comparison.ts";
import type { ModelSizes } from "../pipeline/pipeline.ts";
import type { UplinkGauges } from "../uplink/socket.ts";
import type { Condition } from "./health.ts";
import type { Readings } from "./meters.ts";
import { byName, counter, gauge, type Metric } from "./metric.ts";
import type { ProcessReadings } from "./process.ts";
import { uplinkMetrics } from "./uplink-metrics.ts";

type Sources = Readonly<{
  condition: Condition;
  traffic: AmiTraffic;
  readings: Readings;
  sizes: ModelSizes;
  uplink: UplinkGauges;
  audit: Audit | null;
  differences: ReadonlyMap<AuditedKind, number>;
  process: ProcessReadings;
  /** The steady clock, in ms, as in `inFlightSince`. */
  now: number;
}>;

/** The most important come first, because a report has a limit. */
export function metricsOf(sources: Sources): Metric[] {
  const { condition, readings, sizes, uplink, now } = sources;
  return [
    gauge("pbxis_connector_info", "The connector's site and version; always 1.", [
      { labels: { site: condition.site, version: condition.version }, value: 1 },
    ]),
    gauge("pbxis_ami_up", "Whether AMI is connected and all its lists were read.", condition.amiUp ? 1 : 0),
    gauge("pbxis_uplink_up", "Whether the worker accepts events.", condition.uplink === "live" ? 1 : 0),
    ...auditMetrics(sources),
    ...uplinkMetrics(uplink, now),
    gauge("pbxis_model_entries", "Entries of the model, by kind.", byName("kind", new Map(Object.entries(sizes)))),
    ...processMetrics(sources.process),
    ...regenerationMetrics(readings),
    counter(
      "pbxis_queue_order_repairs_total",
      "Times that the order of a queue's callers was asked for, because one left from another place than thought.",
      readings.orderRepairs,
    ),
    counter(
      "pbxis_commands_total",
      "Commands, by type and outcome.",
      readings.commands.map(({ type, outcome, count }) => ({ labels: { type, outcome }, value: count })),
    ),
    ...amiMetrics(sources),
  ];
}

function auditMetrics({ audit, differences }: Sources): Metric[] {
  const byKind = new Map(auditedKinds.map((kind) => [kind, differences.get(kind) ?? 0]));
  return [
    counter("pbxis_audits_total", "Comparisons of the model with a regeneration.", audit?.audits ?? 0),
    counter("pbxis_audit_differences_total", "States that audits found wrong and corrected.", byName("kind", byKind)),
    gauge("pbxis_audit_last_differences", "Wrong states found by the last audit.", audit?.differences ?? 0),
    gauge(
      "pbxis_audit_last_timestamp_seconds",
      "When the last audit ended, in seconds since 1970; 0 if there was none.",
      (audit?.at ?? 0) / 1000,
    ),
  ];
}

function regenerationMetrics({ regenerations, regenerationMs }: Readings): Metric[] {
  const last = regenerationMs === null ? [] : [{ value: regenerationMs / 1000 }];
  return [
    counter("pbxis_ami_regenerations_total", "Times that all of Asterisk's lists were read.", regenerations),
    gauge("pbxis_ami_last_regeneration_seconds", "Duration of the last regeneration.", last),
  ];
}

function amiMetrics({ traffic, readings }: Sources): Metric[] {
  return [
    counter("pbxis_ami_connection_attempts_total", "Attempts to connect to AMI.", traffic.attempts),
    counter("pbxis_ami_connections_total", "Connections to AMI that came up.", traffic.connections),
    counter("pbxis_ami_received_bytes_total", "Bytes received from AMI.", traffic.bytesIn),
    counter(
      "pbxis_ami_events_total",
      "Events and list items that the model used, by type.",
      byName("type", readings.events),
    ),
    counter(
      "pbxis_ami_malformed_events_total",
      "Events that lack required headers, by Asterisk's name.",
      byName("event", readings.malformed),
    ),
    counter("pbxis_ami_dropped_packets_total", "Unreadable packets, by fault.", byName("fault", traffic.faults)),
    counter(
      "pbxis_ami_unused_events_total",
      "Events that were received and are not used, by Asterisk's name.",
      byName("event", traffic.unused),
    ),
  ];
}

function processMetrics({ residentBytes, heapBytes, cpuSeconds, uptimeSeconds, loopDelay }: ProcessReadings): Metric[] {
  const delays = [
    { labels: { quantile: "0.5" }, value: loopDelay.p50 },
    { labels: { quantile: "0.99" }, value: loopDelay.p99 },
    { labels: { quantile: "1" }, value: loopDelay.max },
  ];
  return [
    gauge("pbxis_process_resident_memory_bytes", "Resident memory of the process.", residentBytes),
    gauge("pbxis_process_heap_bytes", "Heap memory in use.", heapBytes),
    counter("pbxis_process_cpu_seconds_total", "CPU time of the process.", cpuSeconds),
    gauge("pbxis_process_uptime_seconds", "Time since the start of the process.", uptimeSeconds),
    gauge("pbxis_event_loop_delay_seconds", "Delay of the event loop over the last one to two minutes.", delays),
  ];
}
