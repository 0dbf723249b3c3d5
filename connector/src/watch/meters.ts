/** What the connector counts of its own doing: events, regenerations, commands. No clock and no I/O. */
import type { Outcome, UplinkCommand } from "@pbxis/shared";
import type { AmiEvent } from "../ami/event/event.ts";
import { createTally } from "../util/tally.ts";

/** So many names in what Asterisk sends, kinds of events, and pairs of a command and its outcome are told apart. */
const maxNames = 60;
const maxCommandEnds = 120;

export type Meters = Readonly<{
  onAmiEvent: (event: AmiEvent) => void;
  /** A regeneration is through at `at` (ms). */
  onUp: (at: number) => void;
  onCommand: (command: UplinkCommand, outcome: Outcome) => void;
  read: () => Readings;
}>;

export type Readings = Readonly<{
  events: ReadonlyMap<string, number>;
  malformed: ReadonlyMap<string, number>;
  regenerations: number;
  /** Of the last one; null before the first. */
  regenerationMs: number | null;
  commands: readonly Readonly<{ type: string; outcome: string; count: number }>[];
}>;

export function createMeters(): Meters {
  const events = createTally(maxNames);
  const malformed = createTally(maxNames);
  const commands = createTally(maxCommandEnds);
  let regenerations = 0;
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
          // Made here, and not sent by Asterisk.
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
    read: () => ({
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
