/** All metrics of the connector, from what its parts tell of themselves. */
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

export type Sources = Readonly<{
  condition: Condition;
  traffic: AmiTraffic;
  readings: Readings;
  sizes: ModelSizes;
  uplink: UplinkGauges;
  audit: Audit | null;
  differences: ReadonlyMap<AuditedKind, number>;
  process: ProcessReadings;
  /** Steady, in ms; as in `inFlightSince`. */
  now: number;
}>;

/** Those that matter most come first, for a report has a limit. */
export function metricsOf(sources: Sources): Metric[] {
  const { condition, readings, sizes, uplink, now } = sources;
  return [
    gauge("pbxis_connector_info", "The connector's site and version; always 1.", [
      { labels: { site: condition.site, version: condition.version }, value: 1 },
    ]),
    gauge("pbxis_ami_up", "Whether AMI is connected and all its lists were read.", condition.amiUp ? 1 : 0),
    gauge("pbxis_uplink_up", "Whether the worker takes what is told.", condition.uplink === "live" ? 1 : 0),
    ...auditMetrics(sources),
    ...uplinkMetrics(uplink, now),
    gauge(
      "pbxis_model_entries",
      "What there is at the PBX, by what it is.",
      byName("kind", new Map(Object.entries(sizes))),
    ),
    ...processMetrics(sources.process),
    ...regenerationMetrics(readings),
    counter(
      "pbxis_commands_total",
      "Commands, by type and by how they ended.",
      readings.commands.map(({ type, outcome, count }) => ({ labels: { type, outcome }, value: count })),
    ),
    ...amiMetrics(sources),
  ];
}

function auditMetrics({ audit, differences }: Sources): Metric[] {
  const byKind = new Map(auditedKinds.map((kind) => [kind, differences.get(kind) ?? 0]));
  return [
    counter("pbxis_audits_total", "Comparisons of the model with a regeneration.", audit?.audits ?? 0),
    counter("pbxis_audit_differences_total", "States that an audit found wrong and healed.", byName("kind", byKind)),
    gauge("pbxis_audit_last_differences", "How many of them the last audit found.", audit?.differences ?? 0),
    gauge(
      "pbxis_audit_last_timestamp_seconds",
      "When the last audit ended, in seconds since 1970; 0: there was none.",
      (audit?.at ?? 0) / 1000,
    ),
  ];
}

function regenerationMetrics({ regenerations, regenerationMs }: Readings): Metric[] {
  const last = regenerationMs === null ? [] : [{ value: regenerationMs / 1000 }];
  return [
    counter("pbxis_ami_regenerations_total", "How often all of Asterisk's lists were read.", regenerations),
    gauge("pbxis_ami_last_regeneration_seconds", "How long it took the last time.", last),
  ];
}

function amiMetrics({ traffic, readings }: Sources): Metric[] {
  return [
    counter("pbxis_ami_connection_attempts_total", "Connections to AMI that were tried.", traffic.attempts),
    counter("pbxis_ami_connections_total", "Connections to AMI that came to be of use.", traffic.connections),
    counter("pbxis_ami_received_bytes_total", "Bytes from AMI.", traffic.bytesIn),
    counter(
      "pbxis_ami_events_total",
      "Events and list items that were used, by type.",
      byName("type", readings.events),
    ),
    counter(
      "pbxis_ami_malformed_events_total",
      "Events that lack what they must have, by Asterisk's name.",
      byName("event", readings.malformed),
    ),
    counter(
      "pbxis_ami_dropped_packets_total",
      "Packets that could not be read, by what was wrong.",
      byName("fault", traffic.faults),
    ),
    counter(
      "pbxis_ami_unused_events_total",
      "Events that came and are not used, by Asterisk's name.",
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
    gauge("pbxis_process_resident_memory_bytes", "Memory that the process has.", residentBytes),
    gauge("pbxis_process_heap_bytes", "Memory that its objects take.", heapBytes),
    counter("pbxis_process_cpu_seconds_total", "CPU time that the process took.", cpuSeconds),
    gauge("pbxis_process_uptime_seconds", "Since the process began.", uptimeSeconds),
    gauge("pbxis_event_loop_delay_seconds", "How late the event loop was in the last minute or two.", delays),
  ];
}
