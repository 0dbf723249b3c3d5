/**
 * RD1, RD2: everything that leaves the site passes here, once: events on their way to the outbox and the spool,
 * outcomes, reports and log lines. On the way back a command's channel becomes the one that the site has.
 */
import type { Candidate, LeftOut, Redaction as Modes, Outcome, SiteEvent, UplinkCommand } from "@pbxis/shared";
import { redactEvent } from "./event.ts";
import { createShownValues, type RedactionPorts, type ShownValues } from "./value.ts";

export type Redaction = Readonly<{
  /** Whether anything is hidden. */
  isOn: boolean;
  values: ShownValues;
  event: (event: SiteEvent) => SiteEvent;
  events: (events: readonly SiteEvent[]) => readonly SiteEvent[];
  outcome: (outcome: Outcome) => Outcome;
  leftOut: (leftOut: LeftOut) => LeftOut;
  /** A log line's details: all their texts but ids and names of agents and queues. */
  details: <Details extends object>(details: Details) => Details;
  /** RD2: the command with the channel's own name. `find` returns the only channel that fits, or null. */
  restore: (command: UplinkCommand, find: FindChannel) => UplinkCommand;
}>;

/** `fits` is asked about every channel that exists. */
export type FindChannel = (fits: (channel: string) => boolean) => string | null;

export function createRedaction(modes: Modes, ports: RedactionPorts): Redaction {
  const values = createShownValues(modes, ports);
  const isOn = modes.numbers !== "none" || modes.names !== "none" || modes.recordings !== "none";
  const event = (one: SiteEvent) => (isOn ? redactEvent(one, values) : one);
  return {
    isOn,
    values,
    event,
    events: (events) => (isOn ? events.map(event) : events),
    outcome: (outcome) => (isOn ? redactOutcome(outcome, values) : outcome),
    leftOut: (leftOut) => (isOn ? redactLeftOut(leftOut, values) : leftOut),
    details: (details) => (isOn ? redactDetails(details, values) : details),
    restore: (command, find) => (isOn ? restoreChannel(command, find, values) : command),
  };
}

function redactOutcome(outcome: Outcome, shown: ShownValues): Outcome {
  switch (outcome.status) {
    case "done": {
      const { channel, calls } = outcome.result;
      return {
        ...outcome,
        result: {
          ...outcome.result,
          ...(channel !== undefined && { channel: shown.channel(channel) }),
          ...(calls && { calls: calls.map((call) => redactCandidate(call, shown)) }),
        },
      };
    }
    case "failed": {
      const { message, candidates } = outcome.error;
      return {
        ...outcome,
        error: {
          ...outcome.error,
          message: shown.text(message),
          ...(candidates && { candidates: candidates.map((call) => redactCandidate(call, shown)) }),
        },
      };
    }
    case "unknown":
      return { ...outcome, error: { ...outcome.error, message: shown.text(outcome.error.message) } };
  }
}

function redactCandidate(candidate: Candidate, shown: ShownValues): Candidate {
  const { agentChannel, bridgedChannel, callerId } = candidate;
  return {
    ...candidate,
    agentChannel: shown.channel(agentChannel),
    bridgedChannel: bridgedChannel === null ? null : shown.channel(bridgedChannel),
    callerId: callerId === null ? null : shown.number(callerId),
  };
}

function redactLeftOut(leftOut: LeftOut, shown: ShownValues): LeftOut {
  return {
    ...leftOut,
    members: leftOut.members.map((member) => ({ ...member, memberInterface: shown.device(member.memberInterface) })),
    phones: leftOut.phones.map(({ device, extension }) => ({
      device: shown.device(device),
      extension: extension === null ? null : shown.device(extension),
    })),
  };
}

const ids: ReadonlySet<string> = new Set(["id", "agent", "queue"]);

function redactDetails<Details extends object>(details: Details, shown: ShownValues): Details {
  const entries = Object.entries(details).map(([key, value]) => [
    key,
    typeof value === "string" && !ids.has(key) ? shown.text(value) : value,
  ]);
  return Object.fromEntries(entries) as Details;
}

function restoreChannel(given: UplinkCommand, find: FindChannel, shown: ShownValues): UplinkCommand {
  const { command } = given;
  if (!("channel" in command) || command.channel === undefined) return given;
  const wanted = command.channel.toLowerCase();
  const channel =
    find((name) => name.toLowerCase() === wanted) ?? find((name) => shown.channel(name).toLowerCase() === wanted);
  return channel === null ? given : { ...given, command: { ...command, channel } };
}
