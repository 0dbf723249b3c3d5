/**
 * Compares the states that a client has with the truth, and describes each difference. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { Facts, Truth } from "./truth.ts";

/** Asterisk reports waits in whole seconds, and both sides read them at different moments. */
const timeToleranceMs = 2000;
const times: readonly string[] = ["longestWaitSince", "since"];

/** A client's states in the form of the truth. */
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
      case "parkedCallState": {
        const { parkingLot, parkingSpace, channel, callerId, since } = event;
        if (channel !== null) facts.set(`parked ${parkingLot}/${parkingSpace}`, { channel, callerId, since });
        break;
      }
      default:
        break;
    }
  }
  return facts;
}

/** Describes each difference between a client's states and the truth. Empty if they agree. */
export function differences(truth: Truth, states: Facts): string[] {
  const found: string[] = [];
  for (const [key, expected] of truth.facts) {
    const actual = states.get(key);
    if (!actual) found.push(`${key}: expected ${JSON.stringify(expected)}, got nothing`);
    else if (!agrees(expected, actual)) found.push(`${key}: expected ${text(expected)}, got ${text(actual)}`);
  }
  for (const [key, actual] of states) {
    if (!truth.facts.has(key) && !mayBeExtra(key, actual)) found.push(`${key}: got ${text(actual)}, does not exist`);
    const callId = actual.callId;
    if (key.startsWith("phone ") && (actual.number === null) !== (callId === null))
      found.push(`${key}: a number without a call, or a call without a number: ${text(actual)}`);
    if (typeof callId === "string" && !truth.linkedIds.has(callId))
      found.push(`${key}: callId ${callId} is not a call; the calls are ${[...truth.linkedIds].join(" ")}`);
  }
  return found;
}

/** EV12: a name outlives its membership, and of an agent who disappears clients receive the neutral values. */
function mayBeExtra(key: string, { status, number }: Details): boolean {
  if (key.startsWith("extension ")) return status === "unavailable";
  return key.startsWith("name ") || (key.startsWith("phone ") && number === null);
}

type Details = Readonly<Record<string, string | number | null | undefined>>;

function agrees(expected: Details, actual: Details): boolean {
  return Object.entries(expected).every(([name, value]) => {
    if (value === undefined) return true;
    const other = actual[name];
    if (!times.includes(name) || typeof value !== "number" || typeof other !== "number") return value === other;
    return Math.abs(value - other) <= timeToleranceMs;
  });
}

function text(details: Details): string {
  return Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
