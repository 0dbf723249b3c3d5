/**
 * Who may see which event (EV10, AP2), and what a subscription must show of what is really going on: written anew from the protocol's text, so
 * that a mistake in the code under test is not repeated here.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Truth } from "../pbx/truth.ts";

/** `agents` and `queues`: after the grant has narrowed them; `of`: AP2's stream of one queue or one agent. */
export type Audience = Readonly<{
  agents: "*" | readonly string[];
  queues: "*" | readonly string[];
  summary: boolean;
  scope: "queue" | "agent" | null;
}>;

const has = (names: "*" | readonly string[], name: string) => names === "*" || names.includes(name);

export function maySee({ agents, queues, summary, scope }: Audience, event: SiteEvent): boolean {
  switch (event.type) {
    case "agentName":
    case "extensionStatus":
    case "phoneNumber":
    case "agentComplete":
      return scope !== "queue" && has(agents, event.agent);
    case "queueMemberStatus":
      return has(agents, event.agent) && has(queues, event.queue);
    case "queueCount":
      return scope !== "agent" && has(queues, event.queue);
    case "queueSummary":
    case "memberSummary":
      return summary && scope !== "agent" && has(queues, event.queue);
    default:
      return true;
  }
}

/** Where `states` do not show the truth, as sentences; none if all is right. Without `isHoldKnown`, being on hold and talking may be taken for each other. */
export function differences(
  audience: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  isHoldKnown: boolean,
): string[] {
  return [...agentDifferences(audience, states, truth, isHoldKnown), ...queueDifferences(audience, states, truth)];
}

function agentDifferences(
  { agents, scope }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
  isHoldKnown: boolean,
): string[] {
  if (scope === "queue") return [];
  return Object.entries(truth.agents).flatMap(([agent, { status, number }]) => {
    if (!has(agents, agent)) return [];
    const shown = states.get(`extensionStatus,${agent}`);
    const call = states.get(`phoneNumber,${agent}`);
    const statusShown = shown?.type === "extensionStatus" ? shown.status : "none";
    const isUnknown = !isHoldKnown && [status, statusShown].sort().join() === "inuse,onhold";
    return [
      ...(isUnknown ? [] : differing(`status of ${agent}`, statusShown, status)),
      ...differing(`number of ${agent}`, call?.type === "phoneNumber" ? call.number : null, number),
    ];
  });
}

function queueDifferences(
  { agents, queues, scope }: Audience,
  states: ReadonlyMap<string, SiteEvent>,
  truth: Truth,
): string[] {
  return Object.entries(truth.queues).flatMap(([queue, { waiting, members }]) => {
    if (!has(queues, queue)) return [];
    const count = states.get(`queueCount,${queue}`);
    const found =
      scope === "agent"
        ? []
        : differing(`count of ${queue}`, count?.type === "queueCount" ? count.count : "none", waiting);
    for (const agent of Object.keys(truth.agents)) {
      if (!has(agents, agent)) continue;
      const shown = states.get(`queueMemberStatus,${agent},${queue}`);
      found.push(
        ...differing(`${agent} in ${queue}`, shown ? wordsOf(shown) : "no member", memberWords(members[agent])),
      );
    }
    return found;
  });
}

function wordsOf(event: SiteEvent): string {
  if (event.type !== "queueMemberStatus" || event.status === "loggedoff") return "no member";
  return event.status === "paused"
    ? `paused (${event.pausedReason ?? ""}), penalty ${event.penalty}`
    : `there, penalty ${event.penalty}`;
}

function memberWords(member: Truth["queues"][string]["members"][string] | undefined): string {
  if (!member) return "no member";
  return member.paused ? `paused (${member.reason}), penalty ${member.penalty}` : `there, penalty ${member.penalty}`;
}

function differing(what: string, shown: unknown, true_: unknown): string[] {
  return shown === true_ ? [] : [`${what} is shown as ${shown}, and is ${true_}`];
}
