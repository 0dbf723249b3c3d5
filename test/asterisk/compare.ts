/**
 * Compares the states that a client was told with the truth, and says every difference in words. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Facts, Truth } from "./truth.ts";

/** A time told by Asterisk in whole seconds, read over two connections, is good to this. */
const timeToleranceMs = 2000;

/** The states of a client, in the truth's form. */
export function factsOf(events: Iterable<SiteEvent>): Facts {
  const facts: Facts = new Map();
  for (const event of events) {
    switch (event.type) {
      case "agentName":
        facts.set(`name ${event.agent}`, { name: event.name });
        break;
      case "extensionStatus":
        facts.set(`extension ${event.agent}`, { status: event.status });
        break;
      case "queueMemberStatus": {
        const { status, deviceStatus, pausedReason, penalty } = event;
        facts.set(`member ${event.agent}@${event.queue}`, { status, deviceStatus, pausedReason, penalty });
        break;
      }
      case "phoneNumber": {
        const { number, name, queueName, callId } = event;
        facts.set(`phone ${event.agent}`, { number, name, queue: queueName, callId });
        break;
      }
      case "queueCount":
        facts.set(`count ${event.queue}`, { count: event.count, longestWaitSince: event.longestWaitSince });
        break;
      default:
        break;
    }
  }
  return facts;
}

/** Every way in which `told` differs from the truth, as sentences; empty when it is right. */
export function differences(truth: Truth, told: Facts): string[] {
  const found: string[] = [];
  for (const [key, expected] of truth.facts) {
    const actual = told.get(key);
    if (!actual) found.push(`${key}: expected ${JSON.stringify(expected)}, told nothing`);
    else if (!agrees(expected, actual)) found.push(`${key}: expected ${text(expected)}, told ${text(actual)}`);
  }
  for (const [key, actual] of told) {
    if (!truth.facts.has(key) && !mayBeExtra(key)) found.push(`${key}: told ${text(actual)}, is not there`);
    const callId = actual.callId;
    if (key.startsWith("phone ") && (actual.number === null) !== (callId === null))
      found.push(`${key}: a number and no call, or a call and no number: ${text(actual)}`);
    if (typeof callId === "string" && !truth.linkedIds.has(callId))
      found.push(`${key}: callId ${callId} is no call; there are ${[...truth.linkedIds].join(" ")}`);
  }
  return found;
}

/** A name outlives its membership; an extension without a hint may be told from its device. */
function mayBeExtra(key: string): boolean {
  return key.startsWith("name ") || key === "extension 1007";
}

type Details = Readonly<Record<string, string | number | null | undefined>>;

function agrees(expected: Details, actual: Details): boolean {
  return Object.entries(expected).every(([name, value]) => {
    if (value === undefined) return true;
    const other = actual[name];
    if (name !== "longestWaitSince" || typeof value !== "number" || typeof other !== "number") return value === other;
    return Math.abs(value - other) <= timeToleranceMs;
  });
}

function text(details: Details): string {
  return Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
