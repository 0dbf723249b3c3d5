/** What the page says about webhooks. Pure. */
import type { Attempt, NewWebhook, Webhook } from "../store/webhook-api.ts";

/** The types that a new webhook may have, with those that are chosen at first. */
export const webhookTypes: readonly (readonly [type: string, text: string, isChosen: boolean])[] = [
  ["queueCallEnded", "a caller’s wait has ended", true],
  ["agentComplete", "a queue call is completed", true],
  ["agentRingEnded", "an agent did not answer", true],
  ["agentTalkEnded", "an agent’s talk has ended", false],
  ["originateFailed", "a click-to-dial call failed", true],
  ["parkedCall", "a call was parked", true],
  ["unParkedCall", "a parked call was fetched", true],
  ["parkedCallTimeOut", "a parked call returned", true],
  ["parkedCallGiveUp", "a parked caller hung up", true],
  ["queueCount", "how many wait in a queue", false],
  ["queueMemberStatus", "an agent’s status in a queue", false],
  ["extensionStatus", "a phone’s status", false],
  ["phoneNumber", "the other party of a call", false],
  ["queueStatistics", "a queue’s figures of today", false],
  ["agentStatistics", "an agent’s figures of today", false],
];

/** What the form of a new webhook begins with. */
export const defaultWebhook: NewWebhook = {
  url: "https://",
  description: "",
  queues: ["*"],
  agents: ["*"],
  types: webhookTypes.filter(([, , isChosen]) => isChosen).map(([type]) => type),
  callers: false,
  alerts: [],
};

/** The types that the form offers, with their texts: also those that only HTTP can choose, if the webhook has them. */
export function typeChoices(chosen: readonly string[]): readonly (readonly [type: string, text: string])[] {
  const offered = webhookTypes.map(([type, text]) => [type, text] as const);
  const others = chosen.filter((type) => !offered.some(([known]) => known === type));
  return [...offered, ...others.map((type) => [type, ""] as const)];
}

const reasons: Readonly<Record<string, string>> = {
  admin: "stopped by an admin",
  gone: "the receiver wants no more messages (410)",
  failing: "five messages in a row could not be delivered",
  gap: "the receiver failed for so long that messages have left the log",
  url: "the URL is no longer allowed",
};

/** Why nothing is sent. */
export function stopText({ reason }: Readonly<{ reason: string }>): string {
  return reasons[reason] ?? reason;
}

/** Such as `200 after 84 ms`. */
export function attemptText({ status, ms, problem }: Omit<Attempt, "at" | "id">): string {
  return status === null ? (problem ?? "no answer") : `${status} after ${ms} ms`;
}

export function isTaken({ status }: Pick<Attempt, "status">): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Such as `queues support, sales; all agents; with callers’ numbers`. */
export function scopeText({ queues, agents, callers, alerts }: Webhook): string {
  const named = (what: string, names: readonly string[]): string =>
    names.includes("*") ? `all ${what}` : names.length === 0 ? `no ${what}` : `${what} ${names.join(", ")}`;
  const parts = [named("queues", queues), named("agents", agents)];
  if (callers) parts.push("with callers’ numbers");
  if (alerts.length > 0) parts.push(alerts.length === 1 ? "one alert" : `${alerts.length} alerts`);
  return parts.join("; ");
}

/** The reverse of `namesOf`. */
export function namesText(names: readonly string[]): string {
  return names.includes("*") ? "" : names.join(", ");
}

/** Names separated by commas. Nothing means all. */
export function namesOf(text: string): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return names.length === 0 ? ["*"] : names;
}
