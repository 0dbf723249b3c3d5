/**
 * Watches the running connector: its counters, its reports to the site (UP10), and the HTTP server if the settings ask
 * for one.
 */
import type { LeftOut } from "@pbxis/shared";
import type { AmiTraffic } from "../ami/traffic.ts";
import type { Findings } from "../audit/findings.ts";
import type { Log } from "../log.ts";
import type { Pipeline } from "../pipeline/pipeline.ts";
import type { Uplink } from "../uplink/socket.ts";
import { processNow, steadyNow } from "../util/clock.ts";
import { type Condition, healthOf } from "./health.ts";
import { createMeters, type Meters } from "./meters.ts";
import { flatten, type Metric, render } from "./metric.ts";
import { metricsOf } from "./metrics.ts";
import { watchProcess } from "./process.ts";
import { serveWatch, type WatchSettings } from "./server.ts";

const reportIntervalMs = 3_600_000;

export type WatchOptions = Readonly<{
  site: string;
  version: string;
  /** Null: no server. */
  settings: WatchSettings | null;
  pipeline: Pick<Pipeline, "isUp" | "sizes">;
  traffic: () => AmiTraffic;
  findings: Findings;
  /** What the agent pattern leaves out (EV15). */
  leftOut: () => LeftOut;
  uplink: Pick<Uplink, "phase" | "gauges" | "report">;
  log: Log;
}>;

export type Watch = Pick<Meters, "onAmiEvent" | "onUp" | "onCommand" | "onOrderRepair"> &
  Readonly<{
    /** Sends all counters to the site, with their present values. */
    report: () => void;
    /** The server's port; null without a server, or while it does not listen. */
    port: () => number | null;
    stop: () => Promise<void>;
  }>;

export function startWatch({ settings, pipeline, findings, uplink, log, ...options }: WatchOptions): Watch {
  const meters = createMeters();
  const own = watchProcess();
  const warnOfMalformed = createMalformedWarning(log);
  const condition = (): Condition => {
    const { spool, clockOffsetMs } = uplink.gauges();
    return {
      site: options.site,
      version: options.version,
      amiUp: pipeline.isUp(),
      uplink: uplink.phase(),
      spoolFailure: spool.failure,
      clockOffsetMs,
      uptimeSeconds: process.uptime(),
    };
  };
  const metrics = (): Metric[] =>
    metricsOf({
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
  const report = () =>
    uplink.report({
      type: "report",
      at: processNow(),
      audit: findings.latest(),
      leftOut: options.leftOut(),
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
      if (event.kind === "malformed") warnOfMalformed(event.event);
    },
    onUp: meters.onUp,
    onCommand: meters.onCommand,
    onOrderRepair: meters.onOrderRepair,
    report,
    port: () => server?.port() ?? null,
    stop: async () => {
      clearInterval(hourly);
      own.stop();
      await server?.stop();
    },
  };
}

/** Warns once for each name of an event; the metrics count them. */
function createMalformedWarning(log: Log): (event: string) => void {
  const names = new Set<string>();
  return (event) => {
    if (names.has(event)) return;
    names.add(event);
    log.warn(`AMI: an event ${event} lacks required headers and was dropped; further ones are only counted`);
  };
}
