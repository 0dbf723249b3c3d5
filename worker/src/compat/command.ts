/**
 * pbxis-ws's commands (PX5, PX6): parameters become a command of section 10, and its outcome becomes pbxis-ws's answer.
 * Pure. Values are checked by the command's own schema, so nothing can reach Asterisk this way that AP5 would refuse
 * (CM13).
 */
import { type Candidate, type Outcome, QueueName, SiteCommand } from "@pbxis/shared";
import * as z from "zod";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { type Parsed, parseAs } from "../http/query.ts";
import { type Parameters, parseObject } from "./parameters.ts";

/** A JSON number counts as its digits. */
const Text = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), z.string("must be a string"))
  .optional();

const flags: ReadonlyMap<unknown, boolean> = new Map([
  ["true", true],
  ["false", false],
]);
const Flag = z
  .preprocess(
    (value) => (typeof value === "string" ? (flags.get(value.toLowerCase()) ?? value) : value),
    z.boolean("must be true or false"),
  )
  .optional();

/** In a query or a form, its digits. */
const Count = z
  .preprocess(
    (value) => (typeof value === "string" && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z.number("must be a whole number"),
  )
  .optional();

/** An object; in a query or a form, its JSON text. */
const Variables = z
  .preprocess(
    (value) => (typeof value === "string" ? (parseObject(value) ?? value) : value),
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String), "must be a JSON object"),
  )
  .optional();

/** Every parameter that some action uses. Others are ignored, as pbxis-ws ignored them. */
const KnownParameters = z.object({
  queue: Text,
  agent: Text,
  memberName: Text,
  paused: Flag,
  penalty: Count,
  callerId: Text,
  variables: Variables,
  extension: Text,
  "agent-or-channel": Text,
});
type KnownParameters = z.infer<typeof KnownParameters>;

/** PX1: null and the empty string count as absent, because pbxis-ws's page sends its empty fields. */
function parseKnown(parameters: Parameters): Parsed<KnownParameters> {
  const present = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null);
  return parseAs(KnownParameters, Object.fromEntries(present), "the request");
}

const QueueParameter = z.object({ queue: QueueName.optional() });

/**
 * PX6: the `queue` of `/queue/status`, undefined if absent. No command's schema sees this name, so it is checked here.
 */
export function requestedQueue(parameters: Parameters): Parsed<string | undefined> {
  const known = parseKnown(parameters);
  if (!known.ok) return known;
  const parsed = parseAs(QueueParameter, known.value, "the request");
  return parsed.ok ? { ok: true, value: parsed.value.queue } : parsed;
}

/** How long a parked call waits before it returns, as in pbxis. */
const parkSeconds = 180;

type CommandMaker = (known: KnownParameters) => Record<string, unknown>;

/** Fields that `make` leaves undefined count as absent. */
function commandOf(parameters: Parameters, make: CommandMaker): Parsed<SiteCommand> {
  const known = parseKnown(parameters);
  if (!known.ok) return known;
  const command = Object.entries(make(known.value)).filter(([, value]) => value !== undefined);
  return parseAs(SiteCommand, Object.fromEntries(command), "the request");
}

export function originateCommand(agent: string, to: string, parameters: Parameters): Parsed<SiteCommand> {
  return commandOf(parameters, ({ callerId, variables }) => ({ type: "originate", agent, to, callerId, variables }));
}

export function redirectCommand(to: string, parameters: Parameters): Parsed<SiteCommand> {
  return withParty(parameters, (party) => ({ type: "redirect", ...party, to }));
}

export function parkCommand(parameters: Parameters): Parsed<SiteCommand> {
  return withParty(parameters, (party) => ({ type: "park", ...party, timeoutSeconds: parkSeconds }));
}

/** `agent-or-channel` is a channel if it has a slash, which every channel's name has and no agent's id. */
function withParty(
  parameters: Parameters,
  make: (party: Readonly<Record<string, string>>) => Record<string, unknown>,
): Parsed<SiteCommand> {
  const known = parseKnown(parameters);
  if (!known.ok) return known;
  const party = known.value["agent-or-channel"];
  if (party === undefined) return { ok: false, message: "agent-or-channel is required" };
  return commandOf(parameters, () => make(party.includes("/") ? { channel: party } : { agent: party }));
}

const queueMakers = {
  add: ({ queue, agent, memberName, paused }) => ({ type: "queueAdd", queue, agent, name: memberName, paused }),
  /** An absent queue must fail here: `queueRemove` without a queue would log the agent off from all of them. */
  remove: ({ queue = "", agent }) => ({ type: "queueRemove", queue, agent }),
  /**
   * As in Asterisk, no queue means all of the agent's queues. `paused` is required: null fails where undefined would
   * mean true.
   */
  pause: ({ queue, agent, paused = null }) => ({ type: "queuePause", queue, agent, paused }),
  /** As in Asterisk, no queue means all of the agent's queues. */
  penalty: ({ queue, agent, penalty }) => ({ type: "queuePenalty", queue, agent, penalty }),
  reset: ({ queue }) => ({ type: "queueReset", queue }),
} as const satisfies Record<string, CommandMaker>;
export type QueueAction = keyof typeof queueMakers;

export function isQueueAction(text: string): text is QueueAction {
  return Object.hasOwn(queueMakers, text);
}

export function queueCommand(action: QueueAction, parameters: Parameters): Parsed<SiteCommand> {
  return commandOf(parameters, queueMakers[action]);
}

export function findCommand(parameters: Parameters): Parsed<SiteCommand> {
  return commandOf(parameters, ({ extension }) => ({ type: "findCalls", agent: extension ?? "" }));
}

/** What Asterisk itself answers to each action. */
const successMessages: Readonly<Partial<Record<SiteCommand["type"], string>>> = {
  originate: "Originate successfully queued",
  redirect: "Redirect successful",
  park: "Park successful",
  queueAdd: "Added interface to queue",
  queueRemove: "Removed interface from queue",
  queuePause: "Interface paused or unpaused successfully",
  queuePenalty: "Interface penalty updated successfully",
  queueReset: "Queue stats reset successfully",
  hangup: "Channel hungup",
};

/**
 * As in pbxis-ws, a refusal by Asterisk is a successful HTTP answer with `"response":"Error"`. Every other failure is
 * an HTTP error.
 */
export function outcomeAnswer(command: SiteCommand, outcome: Outcome): Response {
  const isQueueCommand = command.type.startsWith("queue");
  if (outcome.status === "done") return doneAnswer(command, outcome.result);
  const { code, message } = outcome.error;
  switch (code) {
    case "several_calls":
      return jsonAnswer({ candidates: (outcome.error.candidates ?? []).map((call) => candidateAnswer(command, call)) });
    case "not_found":
      if (command.type === "findCalls") return jsonAnswer([]);
      return isQueueCommand ? amiAnswer("Error", message) : errorAnswer(code, message);
    case "asterisk_refused":
    case "not_permitted":
      return command.type === "originate" ? errorAnswer(code, message) : amiAnswer("Error", message);
    default:
      return errorAnswer(code, message);
  }
}

function doneAnswer(command: SiteCommand, { actionId, calls = [] }: DoneResult): Response {
  switch (command.type) {
    case "originate":
      return jsonAnswer(actionId);
    case "findCalls":
      return jsonAnswer(
        calls.filter(({ bridgedChannel }) => bridgedChannel !== null).map((call) => bridgedAnswer(command.agent, call)),
      );
    default:
      return amiAnswer("Success", successMessages[command.type] ?? "");
  }
}
type DoneResult = Extract<Outcome, { status: "done" }>["result"];

function amiAnswer(response: "Success" | "Error", message: string): Response {
  return jsonAnswer({ response, message });
}

function bridgedAnswer(agent: string, { agentChannel, bridgedChannel, callerId }: Candidate) {
  return { agentChannel, agent, bridgedChannel, callerIdNum: callerId };
}

/** Has both `callerId`, which pbxis-ws documents, and `callerIdNum`, which it sends. */
function candidateAnswer(command: SiteCommand, { agentChannel, bridgedChannel, callerId }: Candidate) {
  const agent = "agent" in command ? command.agent : undefined;
  return { agentChannel, bridgedChannel, callerId, callerIdNum: callerId, ...(agent !== undefined && { agent }) };
}
