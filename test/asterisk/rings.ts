/**
 * EV17 compared with what Asterisk reports to the driver's own AMI connection, which has all rights and no filter: the
 * driver hears AgentRingNoAnswer and AgentConnect, which the connector does without. Pure.
 */
import type { SiteEvent } from "@pbxis/shared";
import type { AmiPacket } from "./ami.ts";
import { agentOf } from "./truth.ts";

type Ring = Readonly<{
  agent: string;
  queue: string;
  reason: "noAnswer" | "declined" | "elsewhere";
  ringTime?: number;
}>;

/** Asterisk counts the time of a ring in whole seconds of its own. */
const toleranceMs = 1000;

export function ringDifferences(events: readonly SiteEvent[], ami: readonly AmiPacket[], lateMs: number): string[] {
  const found: string[] = [];
  const left = events.flatMap((event) => (event.type === "agentRingEnded" ? [event] : []));
  for (const { agent, queue, reason, ringTime } of endedRings(ami)) {
    const index = left.findIndex(
      (event) =>
        event.agent === agent &&
        event.queueName === queue &&
        event.reason === reason &&
        (ringTime === undefined || Math.abs(event.ringTime - ringTime) <= toleranceMs + lateMs),
    );
    if (index >= 0) left.splice(index, 1);
    else
      found.push(`EV17: a ring of ${queue} at ${agent} ended as ${reason} after ${ringTime ?? "some"} ms, got nothing`);
  }
  return [...found, ...left.map((event) => `EV17: unexpected ${JSON.stringify(event)}`)];
}

/** The rings that were not answered, once the rung channel has ended. */
function endedRings(ami: readonly AmiPacket[]): Ring[] {
  const ofChannel = (event: string, uniqueId: string | undefined) =>
    ami.find((one) => one.Event === event && one.DestUniqueid === uniqueId);
  return ami.flatMap((called): Ring[] => {
    if (called.Event !== "AgentCalled") return [];
    const { DestUniqueid: uniqueId, DestChannel: channel, Linkedid: linkedId } = called;
    const ring = { agent: agentOf(called.Interface), queue: called.Queue ?? "" };
    const isOwnPhone = (name: string | undefined) => name === channel || phoneOf(name) === ring.agent;
    const isPickedUp = ami.some(
      (one) =>
        one.Event === "Pickup" &&
        one.TargetLinkedid === linkedId &&
        isOwnPhone(one.TargetChannel) &&
        phoneOf(one.Channel) !== ring.agent,
    );
    if (isPickedUp) return [{ ...ring, reason: "elsewhere" }];
    if (ofChannel("AgentConnect", uniqueId)) return [];
    if (!ami.some((one) => one.Event === "Hangup" && one.Uniqueid === uniqueId)) return [];
    const unanswered = ofChannel("AgentRingNoAnswer", uniqueId);
    if (!unanswered) return [{ ...ring, reason: "elsewhere" }];
    const hasRefused = ami.some(
      ({ Event, Channel, Linkedid, Cause = "" }) =>
        Event === "Hangup" && Linkedid === linkedId && isOwnPhone(Channel) && ["17", "21"].includes(Cause),
    );
    return [{ ...ring, reason: hasRefused ? "declined" : "noAnswer", ringTime: Number(unanswered.RingTime) }];
  });
}

/** `PJSIP/1001-0000002a` is a phone of 1001; a Local channel is nobody's phone. */
export function phoneOf(channel = ""): string {
  return channel.startsWith("Local/") ? "" : agentOf(channel.replace(/-[0-9a-f]{8}$/, ""));
}
