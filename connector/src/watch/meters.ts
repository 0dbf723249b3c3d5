/** Counts events, regenerations and commands. */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { createTally } from "../util/tally.ts";

/**
 * The maximum number of event kinds or names, and of pairs of a command and its outcome; further ones are counted
 * together.
 */
const maxNames = 60;
const maxCommandOutcomes = 120;

export type Meters = Readonly<{
  onAmiEvent: (event: AmiEvent) => void;
  /** A regeneration was complete at `at` (ms since 1970). */
  onUp: (at: number) => void;
  onCommand: (command: UplinkCommand, outcome: Outcome) => void;
  /** EV20: the order of a queue's callers was asked for. */
  onOrderRepair: () => void;
  read: () => Readings;
}>;

export type Readings = Readonly<{
  events: ReadonlyMap<string, number>;
  malformed: ReadonlyMap<string, number>;
  regenerations: number;
  orderRepairs: number;
  /** How long the last one took; null before the first. */
  regenerationMs: number | null;
  commands: readonly Readonly<{ type: string; outcome: string; count: number }>[];
}>;

export function createMeters(): Meters {
  const events = createTally(maxNames);
  const malformed = createTally(maxNames);
  const commands = createTally(maxCommandOutcomes);
  let regenerations = 0;
  let orderRepairs = 0;
  let regenerationMs: number | null = null;
  let startedAt: number | null = null;
  return {
    onAmiEvent: (event) => {
      switch (event.kind) {
        case "malformed":
          malformed.add(event.event);
          return;
        case "regenerationStarted":
          startedAt = event.at;
          return;
        case "listCompleted":
        case "recordingPath":
        case "queueStatsReset":
        case "callerCommanded":
        case "connectionLost":
        case "wrapUpOver":
        case "loggedWaitEnd":
        case "loggedCallEnd":
        case "loggedRingEnd":
          // Made by the connector, not sent by Asterisk.
          return;
        default:
          events.add(event.kind);
      }
    },
    onUp: (at) => {
      regenerations++;
      if (startedAt !== null) regenerationMs = Math.max(0, at - startedAt);
    },
    onCommand: ({ command }, outcome) => {
      commands.add(`${command.type} ${outcome.status === "failed" ? outcome.error.code : outcome.status}`);
    },
    onOrderRepair: () => {
      orderRepairs++;
    },
    read: () => ({
      orderRepairs,
      events: events.counts(),
      malformed: malformed.counts(),
      regenerations,
      regenerationMs,
      commands: [...commands.counts()].map(([key, count]) => {
        const [type = "", outcome = ""] = key.split(" ");
        return { type, outcome, count };
      }),
    }),
  };
}
