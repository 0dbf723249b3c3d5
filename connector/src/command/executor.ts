/**
 * CM11, UP9: each command ends in exactly one outcome and is carried out at most once, however often the site sends it.
 *
 * | a command's id    | when it arrives (again)                               | leaves the state                  |
 * |-------------------|-------------------------------------------------------|-----------------------------------|
 * | new               | starts, waits in its lane, or is refused as too many  | → waiting, running or finished    |
 * | waiting, running  | is ignored: its outcome will be sent                  | its outcome → finished            |
 * | finished          | its outcome is sent again                             | forgotten, as the oldest of 10,000 |
 *
 * A lane is an agent, otherwise a queue, otherwise a channel: its commands run one after another, in the order of
 * arrival.
 */
import { type Outcome, outcomeFailed, type SiteCommand, type UplinkCommand } from "@pbxis/shared";
import { BoundedMap } from "../util/bounded-map.ts";
import type { SetTimer } from "../util/clock.ts";
import type { CommandOutput } from "./output.ts";

/** Further commands are refused: with that many before them they would miss their deadlines. */
export const maxCommands = 500;
/** The site resends only commands without an outcome, so the latest outcomes are enough. */
const maxOutcomes = 10_000;

type ExecutorOptions = Readonly<{
  /** Carries a command out. It is planned then and not on arrival, because calls change while a command waits. */
  execute: (command: UplinkCommand, startBefore: number) => Promise<Outcome>;
  /** The steady clock, in ms. */
  now: () => number;
  setTimer: SetTimer;
  emit: (output: Extract<CommandOutput, { kind: "reply" | "finished" }>) => void;
}>;

/** The command must not start at `startBefore` (steady clock) or later. */
type Executor = Readonly<{ submit: (command: UplinkCommand, startBefore: number) => void }>;

/** `stopExpiry` cancels the timer that ends a waiting command at its deadline. */
type LaneEntry = Readonly<{ command: UplinkCommand; startBefore: number; arrivedAt: number; stopExpiry: () => void }>;

const late = outcomeFailed("deadline_passed", "the deadline passed before the command could start; nothing was done");

export function createExecutor({ execute, now, setTimer, emit }: ExecutorOptions): Executor {
  const outcomes = new BoundedMap<string, Outcome>(maxOutcomes);
  const unfinished = new Set<string>();
  const lanes = new Map<string, LaneEntry[]>();

  function submit(command: UplinkCommand, startBefore: number): void {
    const { id } = command;
    const known = outcomes.get(id);
    if (known) emit({ kind: "reply", id, outcome: known });
    if (known || unfinished.has(id)) return;
    const entry: LaneEntry = { command, startBefore, arrivedAt: now(), stopExpiry: () => {} };
    if (unfinished.size >= maxCommands) {
      finish(entry, outcomeFailed("unavailable", `the connector already has ${maxCommands} commands to carry out`));
      return;
    }
    unfinished.add(id);
    const key = laneOf(command.command);
    const lane = lanes.get(key);
    if (lane) enqueue(lane, entry);
    else {
      const started = [entry];
      lanes.set(key, started);
      void run(key, started);
    }
  }

  /** The commands before it may take longer than its deadline; then it fails at the deadline, and not after them. */
  function enqueue(lane: LaneEntry[], entry: LaneEntry): void {
    const { startBefore, arrivedAt } = entry;
    const waiting: LaneEntry = { ...entry, stopExpiry: setTimer(Math.max(0, startBefore - arrivedAt) + 1, expire) };
    lane.push(waiting);

    function expire(): void {
      const place = lane.indexOf(waiting);
      if (place < 1 || now() < startBefore) return;
      lane.splice(place, 1);
      finish(waiting, late);
    }
  }

  async function run(key: string, lane: LaneEntry[]): Promise<void> {
    for (let entry = lane[0]; entry; entry = lane[0]) {
      entry.stopExpiry();
      const { command, startBefore } = entry;
      const outcome = await (now() >= startBefore ? late : execute(command, startBefore));
      lane.shift();
      finish(entry, outcome);
    }
    lanes.delete(key);
  }

  function finish({ command, arrivedAt }: LaneEntry, outcome: Outcome): void {
    unfinished.delete(command.id);
    outcomes.set(command.id, outcome);
    emit({ kind: "finished", command, outcome, ms: now() - arrivedAt });
    emit({ kind: "reply", id: command.id, outcome });
  }

  return { submit };
}

function laneOf(command: SiteCommand): string {
  // What the supervisor hears is changed and ended in order.
  if ("supervisor" in command) return `agent ${command.supervisor}`;
  if ("agent" in command && command.agent !== undefined) return `agent ${command.agent}`;
  if ("queue" in command && command.queue !== undefined) return `queue ${command.queue}`;
  return "channel" in command ? `channel ${command.channel}` : command.type;
}
