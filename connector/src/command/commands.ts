/**
 * CM1–CM15: the way of a command through the connector, from the uplink to AMI and back. Wiring only: what it needs of the connector's other
 * parts and the clocks, put together; `plan` decides, `executor` sees to the order and to the one outcome.
 */
import type { Audit, Outcome, SiteEvent, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import type { Lookup } from "../model/lookup.ts";
import type { Request } from "./carry-out.ts";
import { createExecutor } from "./executor.ts";
import { createParkings, type SetTimer } from "./parking.ts";
import { type CommandSettings, planCommand } from "./plan.ts";
import { createRinging } from "./ringing.ts";

export type CommandsOptions = Readonly<{
  settings: CommandSettings;
  pipeline: Readonly<{ lookup: Lookup; isUp: () => boolean }>;
  /** `rights`: the actions that the account may use, null if that is not known. */
  ami: Readonly<{ request: Request; rights: () => ReadonlySet<string> | null }>;
  newActionId: () => string;
  audit: () => Promise<Audit | null>;
  tell: (id: string, outcome: Outcome) => void;
  /** What Asterisk did by our doing and sends no event of. */
  takeUntold: (event: AmiEvent) => void;
  /** How a command ended, and how many ms after it came. */
  onFinished: (command: UplinkCommand, outcome: Outcome, ms: number) => void;
}>;

export type Commands = Readonly<{
  take: (command: UplinkCommand, startBefore: number) => void;
  /** Every AMI event. */
  onAmiEvent: (event: AmiEvent) => void;
  /** Everything that is told of the model. */
  onTold: (events: readonly SiteEvent[]) => void;
}>;

export function createCommands(options: CommandsOptions): Commands {
  const { settings, pipeline, ami, tell, takeUntold } = options;
  const parkings = createParkings(setTimer);
  const ringing = createRinging(now);
  const executor = createExecutor({
    plan: (command, reach, actionId) =>
      planCommand(command, reach, {
        lookup: pipeline.lookup,
        settings,
        isUp: pipeline.isUp(),
        rights: ami.rights(),
        actionId,
        ringing: ringing.of,
      }),
    request: ami.request,
    // An originated channel has it as its Uniqueid, whose end tells a channel's age (age.ts).
    newActionId: () => `${options.newActionId()}-${Math.floor(Date.now() / 1000)}`,
    now,
    parkings,
    setTimer,
    onRinging: ringing.remember,
    onSilence: ringing.forget,
    onQueueReset: (queue) => takeUntold({ kind: "queueStatsReset", queue, at: Date.now() }),
    onOriginateRefused: (actionId) => takeUntold(refusedOriginate(actionId, Date.now())),
    audit: options.audit,
    tell,
    onFinished: options.onFinished,
  });
  return { take: executor.take, onAmiEvent: ringing.onEvent, onTold: parkings.onEvents };
}

function refusedOriginate(actionId: string, at: number): AmiEvent {
  return { kind: "originateResponse", actionId, success: false, reason: 0, namedChannel: false, at };
}

/** Steady, in ms: deadlines are told by it. */
function now(): number {
  return performance.now();
}

const setTimer: SetTimer = (ms, run) => {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
};
