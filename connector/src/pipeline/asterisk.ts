/**
 * Asterisk's side of the connector: AMI's events into the feed, what it tells to whoever asks for it; commands and audits to AMI. Wiring only.
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
import type { Feed, Told } from "./pipeline.ts";
import { createTurns } from "./scheduler.ts";

export type AsteriskOptions = Readonly<{
  config: Config;
  feed: Feed;
  watch: Watch;
  push: (told: Told) => void;
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

export function connectAsterisk({ config, feed, watch, tell, log, ...options }: AsteriskOptions): Asterisk {
  const push = (told: Told | null) => {
    if (told) commands.onTold(told.events);
    if (told && (told.events.length > 0 || told.ami)) options.push(told);
  };
  const turns = createTurns({
    feed,
    onTick: (now) => push({ events: feed.tick(now), ami: null }),
    getRecording: (channel, uniqueId) => ami.getRecording(channel, uniqueId),
    regenerate: () => ami.regenerate(),
  });
  const ami = connectAmi(config.ami, {
    onEvent: (event) => {
      turns.take(event);
      commands.onAmiEvent(event);
      watch.onAmiEvent(event);
    },
    onTick: turns.tick,
    onUp: ({ asteriskVersion, at }) => {
      const told = feed.up(steadyNow(), at, asteriskVersion);
      push(told);
      audit.onUp();
      watch.onUp(at);
      if (told.ami) watch.report();
    },
    onDown: ({ asOf }) => {
      audit.giveUp();
      push(feed.down(steadyNow(), asOf));
    },
    log: (level, message) => log[level](message),
  });
  const { regenerate } = ami;
  const audit = startAudit({ feed, regenerate, intervalMinutes: config.auditMinutes, log, onFinished: watch.report });
  const commands = createCommands({
    ...{ settings: config.commands, feed, ami, newActionId, audit: audit.run, tell },
    takeUntold: (event) => {
      turns.take(event);
      turns.tick(steadyNow());
    },
    onFinished: (command, outcome, ms) => {
      watch.onCommand(command, outcome);
      logCommand(log, command, outcome, ms);
    },
  });
  const doubts = setInterval(() => feed.isInDoubt() && regenerate(), doubtIntervalMs);
  return {
    command: commands.take,
    audit,
    traffic: ami.traffic,
    stop: () => {
      clearInterval(doubts);
      audit.stop();
      ami.stop();
      turns.stop();
    },
  };
}
