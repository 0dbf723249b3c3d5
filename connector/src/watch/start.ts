/** Watching the running connector: its counters, what it reports of itself (UP10), and the HTTP server if one is wanted. */
import type { UplinkReport } from "@pbxis/shared";
import type { AmiTraffic } from "../ami/traffic.ts";
import type { Findings } from "../audit/findings.ts";
import type { Log } from "../log.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { UplinkGauges } from "../uplink/socket.ts";
import { steadyNow } from "../util/clock.ts";
import { type Condition, healthOf } from "./health.ts";
import { createMeters, type Meters } from "./meters.ts";
import { flatten, type Metric, render } from "./metric.ts";
import { metricsOf } from "./metrics.ts";
import { watchProcess } from "./process.ts";
import { serveWatch, type WatchSettings } from "./server.ts";

const reportIntervalMs = 3_600_000;

/** `ami` and the others are asked only once the connector is put together. */
export type WatchOptions = Readonly<{
  site: string;
  version: string;
  /** Null: no server. */
  settings: WatchSettings | null;
  pipeline: Pipeline;
  traffic: () => AmiTraffic;
  findings: () => Findings;
  uplink: Readonly<{
    phase: () => string;
    gauges: () => UplinkGauges;
    report: (report: UplinkReport) => void;
  }>;
  log: Log;
}>;

export type Watch = Pick<Meters, "onAmiEvent" | "onUp" | "onCommand"> &
  Readonly<{
    /** Tells the site all numbers, as they are now. */
    report: () => void;
    /** Where the server listens; null without one. */
    port: () => number | null;
    stop: () => Promise<void>;
  }>;

export function startWatch({ site, version, settings, pipeline, uplink, log, ...options }: WatchOptions): Watch {
  const meters = createMeters();
  const own = watchProcess();
  const told = createMalformedWarning(log);
  const condition = (): Condition => ({
    ...{ site, version },
    amiUp: pipeline.isUp(),
    uplink: uplink.phase(),
    uptimeSeconds: process.uptime(),
  });
  const metrics = (): Metric[] => {
    const findings = options.findings();
    return metricsOf({
      condition: condition(),
      traffic: options.traffic(),
      readings: meters.read(),
      sizes: pipeline.sizes(),
      uplink: uplink.gauges(),
      audit: findings.latest(),
      differences: findings.byKind(),
      process: own.read(),
      now: steadyNow(),
    });
  };
  const report = () =>
    uplink.report({
      type: "report",
      at: Date.now(),
      audit: options.findings().latest(),
      counters: flatten(metrics()),
    });
  const hourly = setInterval(report, reportIntervalMs);
  const server =
    settings &&
    serveWatch({
      ...settings,
      health: () => healthOf(condition()),
      metrics: () => render(metrics()),
      log: (level, message) => log[level](message),
    });
  return {
    onAmiEvent: (event) => {
      meters.onAmiEvent(event);
      if (event.kind === "malformed") told(event.event);
    },
    onUp: meters.onUp,
    onCommand: meters.onCommand,
    report,
    port: () => server?.port() ?? null,
    stop: async () => {
      clearInterval(hourly);
      own.stop();
      await server?.stop();
    },
  };
}

/** Once for each kind of event; how many there are, the metrics tell. */
function createMalformedWarning(log: Log): (event: string) => void {
  const told = new Set<string>();
  return (event) => {
    if (told.has(event)) return;
    told.add(event);
    log.warn(`AMI: an event ${event} lacks what it must have, and was not used; later ones are not reported`);
  };
}
