/**
 * The connector as a whole: what Asterisk's side tells goes into the uplink's outbox, and commands come back from the uplink. Wiring only;
 * each part decides for itself. All that waits, waits in the outbox.
 */
import { randomBytes } from "node:crypto";
import type { Config } from "./config.ts";
import type { Log } from "./log.ts";
import { connectAsterisk } from "./pipeline/asterisk.ts";
import { createPipeline } from "./pipeline/pipeline.ts";
import { startUplink } from "./uplink/socket.ts";
import { openSpool } from "./uplink/spool.ts";
import { startWatch } from "./watch/start.ts";

export type Connector = Readonly<{
  /** Compares the model with Asterisk now, as it does every PBXIS_AUDIT_MINUTES; what comes of it, the log tells. */
  audit: () => void;
  /** Where `/healthz` and `/metrics` are; null where they are not wanted, or not yet there. */
  watchPort: () => number | null;
  stop: () => Promise<void>;
}>;

export function startConnector(config: Config, connectorVersion: string, log: Log): Connector {
  const pipeline = createPipeline(config.agentRule);
  const uplink = startUplink({
    url: config.uplinkUrl,
    token: config.token,
    identity: { epoch: randomBytes(8).toString("hex"), startedAt: Date.now(), connectorVersion },
    snapshot: pipeline.snapshot,
    onCommand: (command, startBefore) => asterisk.command(command, startBefore),
    spool: config.spoolFile === null ? null : openSpool(config.spoolFile, (level, message) => log[level](message)),
    log: (level, message) => log[level](message),
  });
  const watch = startWatch({
    ...{ site: config.site, version: connectorVersion, settings: config.watch, pipeline, uplink, log },
    traffic: () => asterisk.traffic(),
    findings: () => asterisk.audit.findings,
  });
  const asterisk = connectAsterisk({
    ...{ config, pipeline, watch, tell: uplink.reply, log },
    push: ({ events, ami }) => uplink.push(events, ami),
  });
  return {
    audit: () => {
      if (pipeline.isUp()) void asterisk.audit.run();
      else log.warn("audit: not now, for AMI is away");
    },
    watchPort: watch.port,
    stop: async () => {
      // The uplink first: that AMI goes because we go is no news.
      await uplink.stop();
      asterisk.stop();
      await watch.stop();
    },
  };
}
