/**
 * The one place that knows all parts of the connector: what one of them reports goes to the others from here.
 *
 * | input             | from               | goes to                                                                 |
 * |-------------------|--------------------|-------------------------------------------------------------------------|
 * | `amiEvent`        | AMI                | pipeline, whose changes go to the audit; commands; watch; left out      |
 * | `tick`            | AMI, scheduler     | pipeline → outputs; scheduler, for the next one; watch, which reports   |
 * |                   |                    | what is left out if that has changed                                    |
 * | `amiUp`           | AMI                | pipeline → outputs; audit; watch, which reports if AMI was down         |
 * | `amiDown`         | AMI                | audit, which gives up; left out; pipeline → outputs                     |
 * | `doubtCheck`      | a timer            | pipeline → AMI, to regenerate if in doubt                               |
 * | `command`         | uplink             | commands                                                                |
 * | `reply`           | commands           | uplink                                                                  |
 * | `finished`        | commands           | watch; log                                                              |
 * | `unannounced`     | commands           | pipeline → outputs, as if Asterisk had sent the event                   |
 * | `auditFinished`   | audit              | watch, which reports                                                    |
 *
 * | output of the pipeline | carried out by                                                            |
 * |------------------------|---------------------------------------------------------------------------|
 * | `events`               | uplink, and commands that wait for a parking space                        |
 * | `ami`                  | uplink                                                                    |
 * | `requests`             | AMI                                                                       |
 */
import type { UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { queueStatusFields } from "../ami/link/list.ts";
import type { AmiConnection } from "../ami/socket.ts";
import type { RunningAudit } from "../audit/start.ts";
import type { AuditTracker } from "../audit/tracker.ts";
import type { Commands } from "../command/commands.ts";
import { logCommand } from "../command/log-command.ts";
import type { CommandOutput } from "../command/output.ts";
import type { Log } from "../log.ts";
import type { Inquiry } from "../model/state/changes.ts";
import type { Uplink } from "../uplink/socket.ts";
import type { Watch } from "../watch/start.ts";
import type { LeftOutInterfaces } from "./left-out.ts";
import type { Pipeline, PipelineOutput } from "./pipeline.ts";
import type { Scheduler } from "./scheduler.ts";

/** `now` and `startBefore` are on the steady clock; `at` and `asOf` are ms since 1970. */
export type ConnectorInput =
  | Readonly<{ kind: "amiEvent"; event: AmiEvent }>
  /** All events of one chunk of bytes were put, or the pipeline is due. */
  | Readonly<{ kind: "tick"; now: number }>
  | Readonly<{ kind: "amiUp"; now: number; at: number; asteriskVersion: string | null }>
  | Readonly<{ kind: "amiDown"; now: number; asOf: number }>
  | Readonly<{ kind: "doubtCheck" }>
  | Readonly<{ kind: "command"; command: UplinkCommand; startBefore: number }>
  | CommandOutput
  | Readonly<{ kind: "auditFinished" }>;

type ConnectorParts = Readonly<{
  pipeline: Pipeline;
  tracker: AuditTracker;
  ami: Pick<AmiConnection, "regenerate" | "getRecording" | "request">;
  audit: Pick<RunningAudit, "onUp" | "giveUp">;
  commands: Commands;
  scheduler: Scheduler;
  uplink: Pick<Uplink, "push" | "reply">;
  watch: Pick<Watch, "onAmiEvent" | "onUp" | "onCommand" | "onOrderRepair" | "report">;
  leftOut: LeftOutInterfaces;
  log: Log;
}>;

export function createRouter(parts: ConnectorParts): (input: ConnectorInput) => void {
  const { pipeline, tracker, ami, audit, commands, scheduler, uplink, watch, leftOut, log } = parts;

  function intoModel(event: AmiEvent): void {
    tracker.onEvent(event);
    const changes = pipeline.handle(event);
    tracker.onReduced(event, changes);
  }

  function carryOut({ events, ami: status, requests }: PipelineOutput): void {
    commands.onEvents(events);
    if (events.length > 0 || status) uplink.push(events, status);
    for (const effect of requests) request(parts, effect);
  }

  function tick(now: number): void {
    carryOut(pipeline.tick(now));
    scheduler.wakeBy(pipeline.nextDueAt());
    if (pipeline.isUp() && leftOut.takeChange()) watch.report();
  }

  return (input) => {
    switch (input.kind) {
      case "amiEvent":
        intoModel(input.event);
        commands.onAmiEvent(input.event);
        watch.onAmiEvent(input.event);
        leftOut.onAmiEvent(input.event);
        return;
      case "tick":
        tick(input.now);
        return;
      case "amiUp": {
        const output = pipeline.up(input.now, input.at, input.asteriskVersion);
        carryOut(output);
        audit.onUp();
        watch.onUp(input.at);
        const isChanged = leftOut.takeChange();
        if (output.ami || isChanged) watch.report();
        return;
      }
      case "amiDown":
        audit.giveUp();
        leftOut.forget();
        carryOut(pipeline.down(input.now, input.asOf));
        return;
      case "doubtCheck":
        if (pipeline.isInDoubt()) ami.regenerate();
        return;
      case "command":
        commands.submit(input.command, input.startBefore);
        return;
      case "reply":
        uplink.reply(input.id, input.outcome);
        return;
      case "finished":
        watch.onCommand(input.command, input.outcome);
        logCommand(log, input.command, input.outcome, input.ms);
        return;
      case "unannounced":
        intoModel(input.event);
        tick(input.now);
        return;
      case "auditFinished":
        watch.report();
    }
  };
}

function request({ ami, watch }: Pick<ConnectorParts, "ami" | "watch">, inquiry: Inquiry): void {
  switch (inquiry.kind) {
    case "askRecording":
      ami.getRecording(inquiry.channel, inquiry.uniqueId);
      return;
    case "askQueue":
      watch.onOrderRepair();
      void ami.request("QueueStatus", queueStatusFields(inquiry.queue));
      return;
    case "regenerate":
      ami.regenerate();
  }
}
