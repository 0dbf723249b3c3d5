/** Arbitrary sequences of PBX commands and AMI actions for property tests, and how to apply them to a simulated PBX. */
import fc from "fast-check";
import type { Command, Pbx } from "./core.ts";
import { actionRequest } from "./manager/request.ts";
import { defaultAgents, defaultQueues } from "./start.ts";
import { partyOf } from "./state.ts";
import { performRequest } from "./story.ts";

export const begin = 1_795_425_023_000;

const agent = fc.constantFrom(...defaultAgents.map(({ id }) => id));
const queue = fc.constantFrom(...defaultQueues.map(({ name }) => name));
const queueOrAll = fc.option(queue, { nil: null });
const ofPhone = fc.record({ kind: fc.constantFrom("answer", "hangup", "hold", "unhold", "park", "decline"), agent });

/** `nth`: index into the queue calls that exist when the step is applied. */
type NthCallCommand = Readonly<{ kind: "abandonNth" | "stopNth"; nth: number }>;
/** An AMI action; `nth`: index into the channels that exist when the step is applied. */
type NthChannelAction = Readonly<{
  action: "Originate" | "Redirect" | "Park" | "Hangup" | "Atxfer" | "CancelAtxfer";
  nth: number;
  agent: string;
  exten: string;
}>;
export type DayStep = Command | NthCallCommand | NthChannelAction;
const dayStep: fc.Arbitrary<DayStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("call"),
      queue,
      number: fc.constantFrom("+14155550100", "5550123"),
      name: fc.constantFrom("Alice", ""),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("answer"), agent }) },
  { weight: 4, arbitrary: ofPhone },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("direct", "redirect"), agent, to: agent }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("abandonNth", "stopNth"), nth: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("retrieve"), agent, space: fc.constantFrom("701", "702") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("pause"),
      agent,
      queue: queueOrAll,
      reason: fc.constantFrom("Lunch", ""),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("unpause"), agent, queue: queueOrAll }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("add"), agent, queue, penalty: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("remove"), agent, queue }) },
  {
    weight: 6,
    arbitrary: fc.record({
      action: fc.constantFrom(
        "Originate",
        "Originate",
        "Redirect",
        "Park",
        "Park",
        "Hangup",
        "Atxfer",
        "Atxfer",
        "CancelAtxfer",
      ),
      nth: fc.nat(6),
      agent,
      exten: fc.oneof(agent, fc.constantFrom("5001", "5002", "914155559999", "701", "702", "77")),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("behave"),
      phone: fc.oneof(agent, fc.constant("914155559999")),
      behaviour: fc.constantFrom(
        null,
        { kind: "busy" },
        { kind: "noAnswer" },
        { kind: "answer", afterMs: 3000 },
        { kind: "decline", afterMs: 2000 },
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("register", "unregister"), agent }) },
) as fc.Arbitrary<DayStep>;

/**
 * Every second Park has an announcement. Agents' own channels are never parked: two of them in the parking bridge look
 * like a conversation in Asterisk's lists. Neither are the halves of a Local channel: how an attended transfer goes on
 * then is not simulated. Attended transfers go to agents: what a queue behind a Local channel shows its other end
 * is not simulated.
 */
function headersOf(
  pbx: Pbx,
  { action, nth, agent: id, exten }: NthChannelAction,
): readonly (readonly [string, string])[] {
  const any = [...pbx.state.channels][nth];
  const channel = action === "Park" && (any?.device.agent || any?.otherHalf) ? undefined : any;
  const name = ["Channel", channel?.name ?? "none"] as const;
  const where = [
    ["Context", action === "Atxfer" ? "agents" : "from-agents"],
    ["Exten", exten],
    ["Priority", "1"],
  ] as const;
  const party = channel && nth % 2 === 0 ? partyOf(channel) : undefined;
  if (action === "Hangup" || action === "CancelAtxfer") return [name];
  if (action === "Redirect" || action === "Atxfer") return [name, ...where];
  if (action === "Park")
    return [name, ["Timeout", "8000"], ...(party ? [["TimeoutChannel", party.name] as const] : [])];
  return [["Channel", `PJSIP/${id}`], ["Async", "true"], ["ChannelId", `own-${pbx.state.nextSerial}`], ...where];
}

/** False if the step is not possible now. */
export function applyStep(pbx: Pbx, step: DayStep, now: number): boolean {
  if ("action" in step) {
    const headers = [["Action", step.action], ["ActionID", "a"], ...headersOf(pbx, step)] as const;
    return performRequest(pbx, actionRequest(headers), now).response === "Success";
  }
  const command = commandOf(pbx, step);
  return command !== undefined && pbx.run(command, now);
}

export const movesCaller = (step: DayStep) =>
  "action" in step ? step.action !== "Originate" : step.kind === "park" || step.kind === "redirect";

function commandOf(pbx: Pbx, step: Command | NthCallCommand): Command | undefined {
  if (!("nth" in step)) return step;
  const callId = [...pbx.state.calls][step.nth]?.channel.uniqueId;
  const kind = step.kind === "abandonNth" ? "abandon" : "stopRinging";
  return callId === undefined ? undefined : { kind, callId };
}

/** Each step with its delay in ms after the previous one. */
export const anyDay = fc.array(fc.tuple(dayStep, fc.integer({ min: 50, max: 9000 })), { maxLength: 80, size: "max" });
