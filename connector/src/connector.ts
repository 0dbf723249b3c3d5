/**
 * The connector as a whole. Its parts are started one after another and report to the inbox; the router, which knows
 * all of them, comes last and opens it.
 */
import { randomBytes } from "node:crypto";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { startAsterisk } from "./pipeline/asterisk.ts";
import { createInbox } from "./pipeline/inbox.ts";
import { createPipeline } from "./pipeline/pipeline.ts";
import { type ConnectorInput, createRouter } from "./pipeline/router.ts";
import { createGapFiller } from "./queue-log/gap-filler.ts";
import { startRedaction } from "./redaction/start.ts";
import { startRedactedUplink } from "./redaction/uplink.ts";
import { openSpool } from "./uplink/spool/spool.ts";
import { steadyNow } from "./util/clock.ts";
import { startWatch } from "./watch/start.ts";

export type Connector = Readonly<{
  /** Compares the model with Asterisk now, as every PBXIS_AUDIT_MINUTES, and logs the result. */
  audit: () => void;
  /** The port of `/healthz` and `/metrics`; null if they are off, or not listening yet. */
  watchPort: () => number | null;
  stop: () => Promise<void>;
}>;

/** Reading Asterisk's queue_log takes a moment. */
const queueLogMs = 3000;

/** @throws if the spool's file cannot be opened. */
export function startConnector(config: Config, connectorVersion: string, log: Log): Connector {
  const logLine = (level: "info" | "warn" | "error", message: string) => log[level](message);
  const inbox = createInbox<ConnectorInput>();
  const pipeline = createPipeline(config.agentRule, {
    wrapUpSeconds: config.wrapUpSeconds,
    logMs: config.queueLog === null ? 0 : queueLogMs,
  });
  const redaction = startRedaction(config.redaction, config.site, pipeline.lookup.isAgent);
  const spoolOptions = { log: logLine, now: steadyNow, redact: redaction.event };
  const spool = config.spoolFile === null ? null : openSpool(config.spoolFile, spoolOptions);
  const gaps = createGapFiller({
    file: config.queueLog,
    spooled: spool?.leftover.events ?? [],
    onFacts: (facts) => {
      for (const event of facts) inbox.put({ kind: "amiEvent", event });
      inbox.put({ kind: "tick", now: steadyNow() });
    },
    log,
  });
  const uplink = startRedactedUplink(redaction, pipeline.lookup.findChannel, {
    url: config.uplinkUrl,
    token: config.token,
    identity: {
      epoch: randomBytes(8).toString("hex"),
      startedAt: Date.now(),
      connectorVersion,
      site: config.siteSettings,
    },
    snapshot: pipeline.snapshot,
    onKnown: gaps.onSiteKnows,
    missingSince: gaps.missingSince,
    onCommand: (command, startBefore) => inbox.put({ kind: "command", command, startBefore }),
    spool,
    log: logLine,
  });
  const { stop: stopAsterisk, ...asterisk } = startAsterisk({ config, pipeline, inbox, gaps, log });
  const watch = startWatch({
    site: config.site,
    version: connectorVersion,
    settings: config.watch,
    pipeline,
    uplink,
    traffic: asterisk.ami.traffic,
    findings: asterisk.audit.findings,
    leftOut: asterisk.leftOut.current,
    log,
  });
  inbox.open(createRouter({ ...asterisk, pipeline, uplink, watch, log }));
  return {
    audit: () => {
      if (pipeline.isUp()) void asterisk.audit.run();
      else log.warn("audit: not possible while AMI is down");
    },
    watchPort: watch.port,
    stop: async () => {
      uplink.push(pipeline.takeHeldBack(), null);
      // The uplink first: the loss of AMI that follows is not to be published.
      await uplink.stop();
      stopAsterisk();
      await watch.stop();
    },
  };
}
