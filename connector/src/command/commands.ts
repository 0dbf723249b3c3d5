/**
 * CM1–CM15: a command on its way from the uplink to AMI and back. This file only joins the parts: the plan decides what
 * to send, the executor keeps the order and the one outcome, and `carryOut` reads Asterisk's answers.
 *
 * | input                         | from       | goes to                                              |
 * |-------------------------------|------------|------------------------------------------------------|
 * | `submit`                      | the uplink | the executor, which then plans and carries out       |
 * | `onAmiEvent`                  | AMI        | originated calls that ring, transfers that begin      |
 * | `onEvents`                    | the model  | commands that wait for a parking space               |
 *
 * What comes of them are `CommandOutput`s.
 */
import type { Audit, SiteEvent, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import type { Lookup } from "../model/lookup.ts";
import type { SetTimer } from "../util/clock.ts";
import { type CarryOutPorts, carryOut, type SendAction } from "./carry-out.ts";
import { createExecutor } from "./executor.ts";
import type { CommandOutput } from "./output.ts";
import { createParkings } from "./parking.ts";
import { createPicks } from "./picks.ts";
import { planCommand } from "./plan.ts";
import { createRinging } from "./ringing.ts";
import type { CommandSettings } from "./settings.ts";
import { createTransferWatches } from "./transfer-watch.ts";
import { eventOf } from "./unannounced.ts";

type CommandsOptions = Readonly<{
  settings: CommandSettings;
  pipeline: Readonly<{ lookup: Lookup; isUp: () => boolean }>;
  /** `rights`: the actions that the account may use, null if that is not known. */
  ami: Readonly<{ request: SendAction; rights: () => ReadonlySet<string> | null }>;
  audit: () => Promise<Audit | null>;
  newActionId: () => string;
  /** `now` is steady, `wallClock` is ms since 1970. */
  clock: Readonly<{ now: () => number; wallClock: () => number; setTimer: SetTimer }>;
  emit: (output: CommandOutput) => void;
}>;

export type Commands = Readonly<{
  /** The command must not start at `startBefore` (steady clock) or later. */
  submit: (command: UplinkCommand, startBefore: number) => void;
  /** Every AMI event. */
  onAmiEvent: (event: AmiEvent) => void;
  /** Every event that the pipeline publishes. */
  onEvents: (events: readonly SiteEvent[]) => void;
}>;

export function createCommands({ settings, pipeline, ami, clock, emit, ...options }: CommandsOptions): Commands {
  const parkings = createParkings(clock.setTimer);
  const ringing = createRinging(clock.now);
  const transfers = createTransferWatches(clock.setTimer);
  const picks = createPicks((channel) => void ami.request("Hangup", [["Channel", channel]], options.newActionId()));
  const ports: CarryOutPorts = {
    request: ami.request,
    audit: options.audit,
    newActionId: options.newActionId,
    now: clock.now,
    parkings,
    ringing,
    transfers,
    picks,
    callsOf: pipeline.lookup.callsOf,
    waitingCaller: pipeline.lookup.waitingCaller,
    onUnannounced: (change) =>
      emit({ kind: "unannounced", event: eventOf(change, clock.wallClock()), now: clock.now() }),
  };
  const executor = createExecutor({
    execute: ({ command, reach }, startBefore) => {
      const plan = planCommand(command, reach, {
        lookup: pipeline.lookup,
        settings,
        isUp: pipeline.isUp(),
        rights: ami.rights(),
        actionId: options.newActionId(),
        ringing: ringing.of,
      });
      return carryOut(plan, startBefore, ports);
    },
    now: clock.now,
    setTimer: clock.setTimer,
    emit,
  });
  return { submit: executor.submit, onAmiEvent, onEvents: parkings.onEvents };

  function onAmiEvent(event: AmiEvent): void {
    ringing.onAmiEvent(event);
    transfers.onAmiEvent(event);
    picks.onAmiEvent(event);
  }
}
