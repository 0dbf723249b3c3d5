/**
 * CM11, UP9: every command that the site sends ends in exactly one outcome, and is carried out at most once, however often it is sent.
 *
 * | a command's id is | when it comes (again)                | leaves it                             |
 * |-------------------|--------------------------------------|---------------------------------------|
 * | new               | waits in its lane, or there are too many | → waiting, or finished            |
 * | waiting, running  | nothing: its outcome will be told    | its outcome → finished                |
 * | finished          | its outcome is told again            | forgotten as the oldest of 10,000     |
 *
 * A lane is an agent, else a queue, else a channel: what is commanded of it happens one after another, in the order of coming. No clock and
 * no I/O but what it is given.
 */
import {
  type Audit,
  type Outcome,
  outcomeFailed,
  type Reach,
  type SiteCommand,
  type UplinkCommand,
} from "@pbxis/shared";
import { BoundedMap } from "../util/bounded-map.ts";
import { carryOut, type Hands } from "./carry-out.ts";
import type { SetTimer } from "./parking.ts";
import type { Plan } from "./step.ts";

/** More commands at once are refused: nobody waits for the last of them any more. */
export const maxCommands = 500;
/** The site asks again for those without an outcome only, so that the latest suffice. */
export const maxOutcomes = 10_000;

export type ExecutorOptions = Hands &
  Readonly<{
    /** Made at the moment of starting, for the world changes while a command waits. */
    plan: (command: SiteCommand, reach: Reach, actionId: string) => Plan;
    /** AP10: null if AMI is away. */
    audit: () => Promise<Audit | null>;
    tell: (id: string, outcome: Outcome) => void;
    setTimer: SetTimer;
    /** Each command's end; `ms` since it came. */
    onFinished: (command: UplinkCommand, outcome: Outcome, ms: number) => void;
  }>;

/** Must not be started at `startBefore` (on `now`'s clock) or later. */
export type Executor = Readonly<{ take: (command: UplinkCommand, startBefore: number) => void }>;

/** `stopWaiting` before it is started: it is not told to be too late any more. */
type Entry = Readonly<{ command: UplinkCommand; startBefore: number; cameAt: number; stopWaiting: () => void }>;

const late = outcomeFailed("deadline_passed", "it was too late to start it; nothing was done");

export function createExecutor(options: ExecutorOptions): Executor {
  const outcomes = new BoundedMap<string, Outcome>(maxOutcomes);
  const unfinished = new Set<string>();
  const lanes = new Map<string, Entry[]>();

  function take(command: UplinkCommand, startBefore: number): void {
    const { id } = command;
    const known = outcomes.get(id);
    if (known) options.tell(id, known);
    if (known || unfinished.has(id)) return;
    const cameAt = options.now();
    const entry = { command, startBefore, cameAt, stopWaiting: () => {} };
    if (unfinished.size >= maxCommands) {
      finish(entry, outcomeFailed("unavailable", `the connector has ${maxCommands} commands to carry out already`));
      return;
    }
    unfinished.add(id);
    const key = laneOf(command.command);
    const lane = lanes.get(key);
    if (lane) wait(lane, entry);
    else {
      const begun = [entry];
      lanes.set(key, begun);
      void work(key, begun);
    }
  }

  /** Those before it may take longer than it can wait; that it is too late is told at once. */
  function wait(lane: Entry[], entry: Entry): void {
    const { startBefore, cameAt } = entry;
    const waiting: Entry = { ...entry, stopWaiting: options.setTimer(Math.max(0, startBefore - cameAt) + 1, expire) };
    lane.push(waiting);

    function expire(): void {
      const place = lane.indexOf(waiting);
      if (place < 1 || options.now() < startBefore) return;
      lane.splice(place, 1);
      finish(waiting, late);
    }
  }

  async function work(key: string, lane: Entry[]): Promise<void> {
    for (let entry = lane[0]; entry; entry = lane[0]) {
      const outcome = await execute(entry);
      lane.shift();
      finish(entry, outcome);
    }
    lanes.delete(key);
  }

  async function execute({ command, startBefore, stopWaiting }: Entry): Promise<Outcome> {
    stopWaiting();
    if (options.now() >= startBefore) return late;
    const plan = options.plan(command.command, command.reach, options.newActionId());
    if (plan.kind === "audit") return outcomeOf(await options.audit());
    return plan.kind === "settled" ? plan.outcome : carryOut(plan, startBefore, options);
  }

  function finish({ command, cameAt }: Entry, outcome: Outcome): void {
    unfinished.delete(command.id);
    outcomes.set(command.id, outcome);
    options.onFinished(command, outcome, options.now() - cameAt);
    options.tell(command.id, outcome);
  }

  return { take };
}

function outcomeOf(audit: Audit | null): Outcome {
  return audit
    ? { status: "done", result: { audit } }
    : outcomeFailed("unavailable", "the connection to Asterisk was lost");
}

function laneOf(command: SiteCommand): string {
  if ("agent" in command && command.agent !== undefined) return `agent ${command.agent}`;
  if ("queue" in command && command.queue !== undefined) return `queue ${command.queue}`;
  return "channel" in command ? `channel ${command.channel}` : command.type;
}
