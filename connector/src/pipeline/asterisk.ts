/**
 * Starts the parts on Asterisk's side of the connector: the AMI connection, the audit, the commands, and their timers.
 * Each reports to the inbox; the router decides where that goes. AMI is read at its own pace, however slow the uplink
 * is.
 */
import { connectAmi, newActionId } from "../ami/socket.ts";
import { startAudit } from "../audit/start.ts";
import { createAuditTracker } from "../audit/tracker.ts";
import { createCommands } from "../command/commands.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import type { GapFiller } from "../queue-log/gap-filler.ts";
import { processNow, setTimer, steadyNow } from "../util/clock.ts";
import type { Inbox } from "./inbox.ts";
import { createLeftOutInterfaces } from "./left-out.ts";
import type { Pipeline } from "./pipeline.ts";
import type { ConnectorInput } from "./router.ts";
import { createScheduler } from "./scheduler.ts";

type AsteriskOptions = Readonly<{
  config: Config;
  pipeline: Pipeline;
  inbox: Inbox<ConnectorInput>;
  gaps: Pick<GapFiller, "onEvent" | "onUp" | "onDown">;
  log: Log;
}>;

/** Members that were added without an event are asked for after one to two of these. */
const doubtCheckIntervalMs = 2000;

export function startAsterisk({ config, pipeline, inbox, gaps, log }: AsteriskOptions) {
  const leftOut = createLeftOutInterfaces(config.agentRule, (message) => log.warn(message));
  const tracker = createAuditTracker(pipeline.model);
  const ami = connectAmi(config.ami, {
    onEvent: (event) => {
      gaps.onEvent(event);
      inbox.put({ kind: "amiEvent", event });
    },
    onTick: (now) => inbox.put({ kind: "tick", now }),
    onUp: ({ asteriskVersion, at }) => {
      inbox.put({ kind: "amiUp", now: steadyNow(), at, asteriskVersion });
      gaps.onUp();
    },
    onDown: ({ asOf }) => {
      gaps.onDown(asOf);
      inbox.put({ kind: "amiDown", now: steadyNow(), asOf });
    },
    log: (level, message) => log[level](message),
  });
  const audit = startAudit({
    tracker,
    isUp: pipeline.isUp,
    regenerate: ami.regenerate,
    intervalMinutes: config.auditMinutes,
    log,
    onFinished: () => inbox.put({ kind: "auditFinished" }),
  });
  const commands = createCommands({
    settings: config.commands,
    pipeline,
    ami,
    audit: audit.run,
    newActionId: newDatedActionId,
    clock: { now: steadyNow, wallClock: processNow, setTimer },
    emit: inbox.put,
  });
  const scheduler = createScheduler({
    now: steadyNow,
    setTimer,
    onDue: () => inbox.put({ kind: "tick", now: steadyNow() }),
  });
  const doubtChecks = setInterval(() => inbox.put({ kind: "doubtCheck" }), doubtCheckIntervalMs);
  const stop = () => {
    clearInterval(doubtChecks);
    audit.stop();
    ami.stop();
    scheduler.stop();
  };
  return { tracker, leftOut, ami, audit, commands, scheduler, stop };
}

/**
 * An originated channel's Uniqueid ends in the ActionID, so the ActionID must end in the channel's start in seconds
 * since 1970 (model/state/age.ts).
 */
function newDatedActionId(): string {
  return `${newActionId()}-${Math.floor(Date.now() / 1000)}`;
}
