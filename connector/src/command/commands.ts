/**
 * CM1–CM15: the way of a command through the connector, from the uplink to AMI and back. Wiring only: what it needs of the connector's other
 * parts and the clocks, put together; `plan` decides, `executor` sees to the order and to the one outcome.
 */
import type { Event, Outcome, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event.ts";
import type { Log } from "../log.ts";
import type { Lookup } from "../model/lookup.ts";
import type { Request } from "./carry-out.ts";
import { createExecutor } from "./executor.ts";
import { createParkings, type SetTimer } from "./parking.ts";
import { type CommandSettings, planCommand } from "./plan.ts";
import { createRinging } from "./ringing.ts";

export type CommandsOptions = Readonly<{
  settings: CommandSettings;
  feed: Readonly<{ lookup: Lookup; isUp: () => boolean }>;
  /** `rights`: the actions that the account may use, null if that is not known. */
  ami: Readonly<{ request: Request; rights: () => ReadonlySet<string> | null }>;
  newActionId: () => string;
  tell: (id: string, outcome: Outcome) => void;
  /** What Asterisk did by our doing and sends no event of. */
  takeUntold: (event: AmiEvent) => void;
  log: Log;
}>;

export type Commands = Readonly<{
  take: (command: UplinkCommand, startBefore: number) => void;
  /** Every AMI event. */
  onAmiEvent: (event: AmiEvent) => void;
  /** Everything that is told of the model. */
  onTold: (events: readonly Event[]) => void;
}>;

export function createCommands(options: CommandsOptions): Commands {
  const { settings, feed, ami, tell, takeUntold } = options;
  const parkings = createParkings(setTimer);
  const ringing = createRinging(now);
  const executor = createExecutor({
    plan: (command, reach, actionId) =>
      planCommand(command, reach, {
        lookup: feed.lookup,
        settings,
        isUp: feed.isUp(),
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
    onQueueReset: (queue) => takeUntold({ kind: "queueStatsReset", queue, at: Date.now() }),
    onOriginateRefused: (actionId) => takeUntold(refusedOriginate(actionId, Date.now())),
    tell,
    onFinished: (command, outcome, ms) => logCommand(options.log, command, outcome, ms),
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

/** What an operator can put right; the others' messages may name a caller. */
const operatorsCodes: ReadonlySet<string> = new Set(["asterisk_refused", "not_permitted", "unavailable"]);

/** Whom it was for and how it ended; numbers, names and variables are the callers' own. */
function logCommand(log: Log, { id, command }: UplinkCommand, outcome: Outcome, ms: number): void {
  const about = {
    id,
    ...("agent" in command && { agent: command.agent }),
    ...("queue" in command && { queue: command.queue }),
  };
  const end = outcome.status === "done" ? "" : ` (${outcome.error.code})`;
  const isOurs = outcome.status === "failed" && operatorsCodes.has(outcome.error.code);
  log.info(
    { ...about, ms: Math.round(ms), ...(isOurs && { because: outcome.error.message }) },
    `command ${command.type}: ${outcome.status}${end}`,
  );
}
