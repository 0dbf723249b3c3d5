/**
 * Asterisk's side of the connector: AMI's events into the pipeline, what it tells to whoever asks for it; commands and audits to AMI. Wiring only.
 * AMI is read at its own pace, whatever becomes of what is told.
 */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import { connectAmi, newActionId } from "../ami/socket.ts";
import type { AmiTraffic } from "../ami/traffic.ts";
import { type RunningAudit, startAudit } from "../audit/start.ts";
import { createCommands } from "../command/commands.ts";
import { logCommand } from "../command/log-command.ts";
import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { steadyNow } from "../util/clock.ts";
import type { Watch } from "../watch/start.ts";
import type { Pipeline, Published } from "./pipeline.ts";
import { createScheduler } from "./scheduler.ts";

export type AsteriskOptions = Readonly<{
  config: Config;
  pipeline: Pipeline;
  watch: Watch;
  push: (told: Published) => void;
  tell: (id: string, outcome: Outcome) => void;
  log: Log;
}>;

export type Asterisk = Readonly<{
  command: (command: UplinkCommand, startBefore: number) => void;
  audit: RunningAudit;
  traffic: () => AmiTraffic;
  stop: () => void;
}>;

/** Members that came without an event are asked for after one to two of these. */
const doubtIntervalMs = 2000;

export function connectAsterisk({ config, pipeline, watch, tell, log, ...options }: AsteriskOptions): Asterisk {
  const push = (told: Published | null) => {
    if (told) commands.onTold(told.events);
    if (told && (told.events.length > 0 || told.ami)) options.push(told);
  };
  const scheduler = createScheduler({
    pipeline,
    onTick: (now) => push({ events: pipeline.tick(now), ami: null }),
    getRecording: (channel, uniqueId) => ami.getRecording(channel, uniqueId),
    regenerate: () => ami.regenerate(),
  });
  const ami = connectAmi(config.ami, {
    onEvent: (event) => {
      scheduler.take(event);
      commands.onAmiEvent(event);
      watch.onAmiEvent(event);
    },
    onTick: scheduler.tick,
    onUp: ({ asteriskVersion, at }) => {
      const told = pipeline.up(steadyNow(), at, asteriskVersion);
      push(told);
      audit.onUp();
      watch.onUp(at);
      if (told.ami) watch.report();
    },
    onDown: ({ asOf }) => {
      audit.giveUp();
      push(pipeline.down(steadyNow(), asOf));
    },
    log: (level, message) => log[level](message),
  });
  const { regenerate } = ami;
  const audit = startAudit({
    pipeline,
    regenerate,
    intervalMinutes: config.auditMinutes,
    log,
    onFinished: watch.report,
  });
  const commands = createCommands({
    ...{ settings: config.commands, pipeline, ami, newActionId, audit: audit.run, tell },
    takeUntold: (event) => {
      scheduler.take(event);
      scheduler.tick(steadyNow());
    },
    onFinished: (command, outcome, ms) => {
      watch.onCommand(command, outcome);
      logCommand(log, command, outcome, ms);
    },
  });
  const doubts = setInterval(() => pipeline.isInDoubt() && regenerate(), doubtIntervalMs);
  return {
    command: commands.take,
    audit,
    traffic: ami.traffic,
    stop: () => {
      clearInterval(doubts);
      audit.stop();
      ami.stop();
      scheduler.stop();
    },
  };
}
