/**
 * pbxis-ws's commands: parameters become our command, its outcome becomes their answer. Pure. What a value may be is for the command's own
 * schema to say, so that nothing gets this way to Asterisk that would not get there by AP5 (CM13).
 */
import { type Candidate, type Outcome, QueueName, SiteCommand } from "@pbxis/shared";
import * as z from "zod";
import { errorAnswer, jsonAnswer } from "../http/answer.ts";
import { type Parsed, parseAs } from "../http/query.ts";
import { type Parameters, parseObject } from "./parameters.ts";

/** Numbers are taken for their text. */
const Text = z
  .preprocess((value) => (typeof value === "number" ? String(value) : value), z.string("must be a text"))
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

/** In a query or a form, the object is written as JSON. */
const Variables = z
  .preprocess(
    (value) => (typeof value === "string" ? (parseObject(value) ?? value) : value),
    z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String), "must be a JSON object"),
  )
  .optional();

const Known = z.object({
  queue: Text,
  agent: Text,
  memberName: Text,
  paused: Flag,
  callerId: Text,
  variables: Variables,
  extension: Text,
  "agent-or-channel": Text,
});
type Known = z.infer<typeof Known>;

/** An empty text is no parameter, for the published page sends its empty fields. */
function knownOf(parameters: Parameters): Parsed<Known> {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null);
  return parseAs(Known, Object.fromEntries(given), "the request");
}

const Asked = z.object({ queue: QueueName.optional() });

/** The queue that is asked for, if one is. No command's schema sees it, so its name is checked here. */
export function askedQueue(parameters: Parameters): Parsed<string | undefined> {
  const known = knownOf(parameters);
  if (!known.ok) return known;
  const asked = parseAs(Asked, known.value, "the request");
  return asked.ok ? { ok: true, value: asked.value.queue } : asked;
}

/** How long a parked call waits before it returns: pbxis's own time. */
const parkSeconds = 180;

type Make = (known: Known) => Record<string, unknown>;

/** Parameters that an action does not know are ignored, as they were. What is undefined counts as absent. */
function commandOf(parameters: Parameters, make: Make): Parsed<SiteCommand> {
  const known = knownOf(parameters);
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

/** Channels have a slash in their names, agents have none. */
function withParty(
  parameters: Parameters,
  make: (party: Readonly<Record<string, string>>) => Record<string, unknown>,
): Parsed<SiteCommand> {
  const known = knownOf(parameters);
  if (!known.ok) return known;
  const party = known.value["agent-or-channel"];
  if (party === undefined) return { ok: false, message: "agent-or-channel is needed" };
  return commandOf(parameters, () => make(party.includes("/") ? { channel: party } : { agent: party }));
}

const queueMakers = {
  add: ({ queue, agent, memberName, paused }) => ({ type: "queueAdd", queue, agent, name: memberName, paused }),
  /** Without a queue ours would log off from all of them, which nobody meant by leaving it out. */
  remove: ({ queue = "", agent }) => ({ type: "queueRemove", queue, agent }),
  /** As in Asterisk, without a queue it is all of them; what to do must be said. */
  pause: ({ queue, agent, paused = null }) => ({ type: "queuePause", queue, agent, paused }),
  reset: ({ queue }) => ({ type: "queueReset", queue }),
} as const satisfies Record<string, Make>;
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

const successes: Readonly<Record<SiteCommand["type"], string>> = {
  originate: "Originate successfully queued",
  redirect: "Redirect successful",
  park: "Park successful",
  queueAdd: "Added interface to queue",
  queueRemove: "Removed interface from queue",
  queuePause: "Interface paused or unpaused successfully",
  queuePenalty: "Interface penalty updated successfully",
  queueReset: "Queue stats reset successfully",
  hangup: "Channel hungup",
  audit: "Model compared",
  findCalls: "",
};

/** What Asterisk refuses was an answer of its own to pbxis-ws, not an error of HTTP; everything else that fails is one. */
export function outcomeAnswer(command: SiteCommand, outcome: Outcome): Response {
  const isQueues = command.type.startsWith("queue");
  if (outcome.status === "done") return doneAnswer(command, outcome.result);
  const { code, message } = outcome.error;
  switch (code) {
    case "several_calls":
      return jsonAnswer({ candidates: (outcome.error.candidates ?? []).map((call) => candidate(command, call)) });
    case "not_found":
      if (command.type === "findCalls") return jsonAnswer([]);
      return isQueues ? amiAnswer("Error", message) : errorAnswer(code, message);
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
        calls.filter(({ bridgedChannel }) => bridgedChannel !== null).map((call) => bridged(command.agent, call)),
      );
    default:
      return amiAnswer("Success", successes[command.type]);
  }
}
type DoneResult = Extract<Outcome, { status: "done" }>["result"];

function amiAnswer(response: "Success" | "Error", message: string): Response {
  return jsonAnswer({ response, message });
}

function bridged(agent: string, { agentChannel, bridgedChannel, callerId }: Candidate) {
  return { agentChannel, agent, bridgedChannel, callerIdNum: callerId };
}

/** `callerId` is what pbxis-ws documents, `callerIdNum` what it sends. */
function candidate(command: SiteCommand, call: Candidate) {
  const agent = "agent" in command ? command.agent : undefined;
  return { ...call, callerIdNum: call.callerId, ...(agent !== undefined && { agent }) };
}
