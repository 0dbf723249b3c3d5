/**
 * Groups of states and of logged items by whom they concern: `agent 1001` and `queue support`; those with one name only
 * are also in `agents`, `queues` or `queues summary`, and those without a name in `unscoped`. So a reader who wants one
 * agent need not look at all of them. The reader checks what is found by the matcher of `shared`, which alone decides
 * (EV10). Pure.
 */
import { eventTraits, type Filter } from "@pbxis/shared";
import type { LogItem } from "../api.ts";

export function groupsOf(item: LogItem): string[] {
  if (item.type === "link") return ["unscoped"];
  const { scope } = eventTraits[item.type];
  const groups: string[] = [];
  if (scope.includes("agent") && "agent" in item) groups.push(`agent ${item.agent}`);
  if (scope.includes("queue") && "queue" in item) groups.push(`queue ${item.queue}`);
  if (scope.length === 0) groups.push("unscoped");
  // A queue has as many of these as it has members.
  const isSummary = item.type === "memberSummary" || item.type === "queueSummary";
  if (scope.length === 1) groups.push(isSummary ? "queues summary" : `${scope[0]}s`);
  return groups;
}

/** Together they have all that `filter` may let through; null if that may be anything. */
export function groupsFor({ agents, queues, summary, about }: Filter): readonly string[] | null {
  if (agents === "*" && queues === "*") return null;
  const ofAgents = about === "queue" ? [] : ["agents"];
  const ofQueues = about === "agent" ? [] : ["queues", ...(summary ? ["queues summary"] : [])];
  return [
    "unscoped",
    ...(agents === "*" ? ofAgents : agents.map((agent) => `agent ${agent}`)),
    ...(queues === "*" ? ofQueues : queues.map((queue) => `queue ${queue}`)),
  ];
}
