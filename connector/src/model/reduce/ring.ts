/**
 * EV17: the rings of queues at their members, and why those ended that the member did not answer.
 *
 * | the rung channel                                                                  | reason      |
 * |-----------------------------------------------------------------------------------|-------------|
 * | ends with the cause busy or rejected, its own or that of the phone behind a Local | `declined`  |
 * | ends with the cause that another member has answered                              | `elsewhere` |
 * | is picked up by another agent                                                     | `elsewhere` |
 * | ends because the caller hangs up, is picked, or leaves the queue by a key         | `elsewhere` |
 * | ends otherwise: the time of the ring, or of the whole wait, is over               | `noAnswer`  |
 * | enters a bridge                                                                   | none        |
 *
 * So `noAnswer` is what Asterisk calls AgentRingNoAnswer, which is not needed (780 bytes). A caller who presses a key or
 * is picked leaves the queue only after the phones were hung up. Therefore `noAnswer` is provisional for a moment.
 *
 * A ring that ends while AMI is away is not published: nobody knows how it ended.
 */
import type { AgentId } from "@pbxis/shared";
import type { AgentCalled, Hangup, Pickup } from "../../ami/event/event.ts";
import { deviceOfChannel } from "../state/agent.ts";
import { addProvisional, addSettled, type Changes, markCallers } from "../state/changes.ts";
import { isDeviceOf } from "../state/leg.ts";
import type { Channel, Model, Queue } from "../state/state.ts";
import type { Ring, Wait } from "../state/wait.ts";

/** Q.850. */
const userBusy = 17;
const callRejected = 21;
const answeredElsewhere = 26;

/** For how long `noAnswer` may be corrected. */
const correctionMs = 50;

export function beginRing(
  model: Model,
  changes: Changes,
  queue: Queue,
  agent: AgentId,
  { dest, caller, at }: AgentCalled,
): void {
  markCallers(changes, queue);
  model.rings.set(dest.uniqueId, {
    uniqueId: dest.uniqueId,
    agent,
    queue: queue.name,
    caller: caller.uniqueId,
    callId: caller.linkedId,
    since: at,
    declined: false,
    picker: undefined,
  });
}

/** A ring that began before the connection. It may have begun some time before `since`, when its channel was made. */
export function beginListedRing(model: Model, channel: Channel): void {
  const { agent, bridge, ring, queueCall, linkedId, uniqueId } = channel;
  if (!agent || bridge || !ring || !queueCall || model.rings.has(uniqueId)) return;
  model.rings.set(uniqueId, {
    uniqueId,
    agent: agent.id,
    queue: queueCall.queue,
    caller: queueCall.caller,
    callId: linkedId,
    since: ring.since,
    declined: false,
    picker: undefined,
  });
}

/** To be called whenever a channel enters a bridge in which channels talk, or ceases to exist. */
export function forgetRing(model: Model, changes: Changes, { uniqueId }: Channel): void {
  const ring = model.rings.get(uniqueId);
  if (ring) endRing(model, changes, ring);
}

function endRing(model: Model, changes: Changes, { uniqueId, queue }: Ring): void {
  model.rings.delete(uniqueId);
  const record = model.queues.get(queue);
  if (record) markCallers(changes, record);
}

export function onRingHangup(model: Model, changes: Changes, event: Hangup): void {
  noteRefusal(model, event);
  const ring = model.rings.get(event.uniqueId);
  if (!ring) return;
  endRing(model, changes, ring);
  const caller = missedCaller(model, ring);
  if (ring.declined || isRefusal(event.cause)) report(changes, ring, "declined", event.at);
  else if (event.cause === answeredElsewhere || !caller) report(changes, ring, "elsewhere", event.at);
  else reportNoAnswer(changes, ring, caller, event.at);
}

/**
 * The caller whom the agent could have had until now: who waits, or whose time is over. Asterisk may send the Hangup of
 * a rung channel after the caller's leave that comes after it (16.28).
 */
function missedCaller(model: Model, ring: Ring): Wait | undefined {
  const waiting = model.queues.get(ring.queue)?.callers.get(ring.caller);
  const wait = waiting ?? model.pastWaits.get(ring.caller);
  if (!wait || wait.hungUpAt !== null || wait.commanded !== null) return undefined;
  return waiting || wait.end?.kind === "abandoned" ? wait : undefined;
}

/** A phone behind a member's Local channel refuses. The Local channel may end with another cause. */
function noteRefusal(model: Model, event: Hangup): void {
  if (!isRefusal(event.cause) || model.rings.size === 0) return;
  const ring = ringBehind(model, event.linkedId, event.channel);
  if (ring) ring.declined = true;
}

function isRefusal(cause: number): boolean {
  return cause === userBusy || cause === callRejected;
}

export function onRingPickup(model: Model, changes: Changes, event: Pickup): void {
  const ring = model.rings.get(event.rung) ?? ringBehind(model, event.rungLinkedId, event.rungChannel);
  const picker = model.rule.agentOfDevice(deviceOfChannel(event.channel));
  if (!ring) return;
  if (ring.agent !== picker) report(changes, ring, "elsewhere", event.at);
  ring.picker = picker;
}

/** The ring of the call `linkedId` at the agent whose phone has this channel. */
function ringBehind(model: Model, linkedId: string, channel: string): Ring | undefined {
  const device = deviceOfChannel(channel);
  const id = model.rule.agentOfDevice(device);
  for (const ring of model.rings.values()) {
    if (ring.callId !== linkedId) continue;
    const agent = model.agents.get(ring.agent);
    if (ring.agent === id || (agent && isDeviceOf(model, agent, device))) return ring;
  }
  return undefined;
}

/** The rings that have just ended as `noAnswer` ended because the caller left. */
export function correctNoAnswers(changes: Changes, caller: Wait, at: number): void {
  for (const { id, event } of caller.noAnswers)
    if (event.at >= at - correctionMs) addSettled(changes, id, { ...event, reason: "elsewhere" });
  caller.noAnswers = [];
}

/** Whether a queue rings somebody for this caller, or somebody has answered and is not in the bridge yet. */
export function isRinging(model: Model, caller: string): boolean {
  for (const ring of model.rings.values()) if (ring.caller === caller) return true;
  return false;
}

function reportNoAnswer(changes: Changes, ring: Ring, caller: Wait, at: number): void {
  if (ring.picker !== undefined) return;
  const event = eventOf(ring, "noAnswer", at);
  caller.noAnswers = caller.noAnswers.filter((one) => one.event.at >= at - correctionMs);
  caller.noAnswers.push({ id: idOf(ring), event });
  addProvisional(changes, idOf(ring), event, correctionMs);
}

function report(changes: Changes, ring: Ring, reason: "declined" | "elsewhere", at: number): void {
  if (ring.picker !== undefined) return;
  addSettled(changes, idOf(ring), eventOf(ring, reason, at));
}

function idOf({ uniqueId }: Ring): string {
  return `agentRingEnded,${uniqueId}`;
}

function eventOf(ring: Ring, reason: string, at: number): Wait["noAnswers"][number]["event"] {
  const { agent, queue: queueName, callId, uniqueId: ringUniqueId, since } = ring;
  const ringTime = Math.max(0, at - since);
  return { type: "agentRingEnded", agent, queueName, callId, ringUniqueId, ringTime, reason, at };
}
