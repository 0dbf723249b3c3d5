/**
 * Which clients may see which events (EV10, AP2), and what a subscription must show for a given state of the PBX. It is
 * written from the text of the protocol and shares no code with the product, so that it does not repeat the product's
 * mistakes.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Truth } from "../pbx/truth.ts";
import { callersDifferences } from "./callers-check.ts";

/**
 * `agents` and `queues`: the subscription within the token's grant. `scope`: the stream of one queue or one agent
 * (AP2), or null. `callers`: the token has that claim. `lists`: the subscription has the lists of callers.
 */
export type Audience = Readonly<{
  agents: "*" | readonly string[];
  queues: "*" | readonly string[];
  summary: boolean;
  scope: "queue" | "agent" | null;
  callers?: true;
  lists?: true;
}>;

const has = (names: "*" | readonly string[], name: string) => names === "*" || names.includes(name);

export function maySee({ agents, queues, summary, scope, lists }: Audience, event: SiteEvent): boolean {
  switch (event.type) {
    case "agentName":
    case "extensionStatus":
    case "phoneNumber":
    case "agentComplete":
    case "agentRingEnded":
    case "agentTalkEnded":
      return scope !== "queue" && has(agents, event.agent);
    case "queueMemberStatus":
      return has(agents, event.agent) && has(queues, event.queue);
    case "queueCount":
    case "queueCallEnded":
      return scope !== "agent" && has(queues, event.queue);
    case "queueCallers":
      return lists === true && scope !== "agent" && has(queues, event.queue);
    case "queueSummary":
    case "memberSummary":
      return summary && scope !== "agent" && has(queues, event.queue);
    default:
      return true;
  }
}

/** EV16: the event as this audience must receive it. */
export function asSeen({ callers }: Audience, event: SiteEvent): SiteEvent {
  return event.type === "queueCallEnded" && !callers ? { ...event, number: null, name: null } : event;
}

/**
 * Describes each difference between `states` and the actual state of the PBX. Unless `isHoldKnown`, "onhold" and
 * "inuse" count as equal.
 */
export function differences(
  audience: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  isHoldKnown: boolean,
): string[] {
  return [
    ...agentDifferences(audience, states, truth, isHoldKnown),
    ...queueDifferences(audience, states, truth),
    ...parkedDifferences(states, truth),
  ];
}

/** EV22: parked calls have no scope, so every client shows all of them. */
function parkedDifferences(states: ReadonlyMap<string, SiteEvent>, { parked }: Truth): string[] {
  const shown = new Map<string, string>();
  for (const event of states.values())
    if (event.type === "parkedCallState" && event.channel !== null)
      shown.set(event.parkingSpace, event.callerId ?? "unknown");
  const spaces = new Set([...shown.keys(), ...Object.keys(parked)]);
  return [...spaces].flatMap((space) =>
    mismatch(`space ${space}`, shown.get(space) ?? "empty", parked[space] ?? "empty"),
  );
}

function agentDifferences(
  { agents, scope }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  isHoldKnown: boolean,
): string[] {
  if (scope === "queue") return [];
  return Object.entries(truth.agents).flatMap(([agent, { status, number, recording, supervises }]) => {
    if (!has(agents, agent)) return [];
    const supervision = states.get(`supervision,${agent}`);
    const heard = supervision?.type === "supervision" ? supervision.agentSupervised : null;
    const shown = states.get(`extensionStatus,${agent}`);
    const call = states.get(`phoneNumber,${agent}`);
    const statusShown = shown?.type === "extensionStatus" ? shown.status : "none";
    const isUnknown = !isHoldKnown && [status, statusShown].sort().join() === "inuse,onhold";
    return [
      ...(isUnknown ? [] : mismatch(`status of ${agent}`, statusShown, status)),
      ...mismatch(`number of ${agent}`, call?.type === "phoneNumber" ? call.number : null, number),
      // Null if nobody can know it.
      ...(call?.type === "phoneNumber" && call.recording
        ? mismatch(`recording of ${agent}`, call.recording, recording)
        : []),
      ...mismatch(`whom ${agent} supervises`, heard, supervises),
    ];
  });
}

function queueDifferences(
  { agents, queues, scope, lists }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
): string[] {
  return Object.entries(truth.queues).flatMap(([queue, queueTruth]) => {
    if (!has(queues, queue)) return [];
    const { waiting, members } = queueTruth;
    const count = states.get(`queueCount,${queue}`);
    const found =
      scope === "agent"
        ? []
        : mismatch(`count of ${queue}`, count?.type === "queueCount" ? count.count : "none", waiting);
    if (lists) found.push(...callersDifferences(queue, states, queueTruth));
    for (const agent of Object.keys(truth.agents)) {
      if (!has(agents, agent)) continue;
      const shown = states.get(`queueMemberStatus,${agent},${queue}`);
      found.push(
        ...mismatch(`${agent} in ${queue}`, shown ? describeEvent(shown) : "no member", describeMember(members[agent])),
      );
    }
    return found;
  });
}

function describeEvent(event: SiteEvent): string {
  if (event.type !== "queueMemberStatus" || event.status === "loggedoff") return "no member";
  return event.status === "paused"
    ? `paused (${event.pausedReason ?? ""}), penalty ${event.penalty}`
    : `there, penalty ${event.penalty}`;
}

function describeMember(member: Truth["queues"][string]["members"][string] | undefined): string {
  if (!member) return "no member";
  return member.paused ? `paused (${member.reason}), penalty ${member.penalty}` : `there, penalty ${member.penalty}`;
}

function mismatch(what: string, shown: unknown, expected: unknown): string[] {
  return shown === expected ? [] : [`${what} is shown as ${shown}, but is ${expected}`];
}
