/** The shape of a scenario, and the steps and expectations that many scenarios share. */

import type { ExpectedStream, Occurrence } from "../expected-stream.ts";
import type { AgentNumber, PhoneId } from "../installation.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import type { ExpectedCalls } from "../truth.ts";
import type { Version } from "../unpack.ts";

/** `run` makes calls, checks the states at several points, and returns what each client must have received. */
export type Scenario = Readonly<{
  name: string;
  /** The only version that can play it. */
  only?: Version;
  run(bed: TestBed): Promise<ExpectedStream>;
}>;

export type Caller = Readonly<{ number: string; name: string }>;

/** The extensions of the queues in extensions.conf. */
const extensions = { support: "5001", sales: "5002", vip: "5003", load: "5005" } as const;
export type Queue = keyof typeof extensions;

/** The device states of a phone that is idle before and after. */
export const device = {
  answers: ["ringing", "inuse", "not_inuse"],
  answersAndHolds: ["ringing", "inuse", "onhold", "inuse", "not_inuse"],
  onlyRings: ["ringing", "not_inuse"],
  calls: ["inuse", "not_inuse"],
} as const;

/**
 * Answers the call that rings at `agent`, or will ring, after `ringMs`; on a slow machine only once the clients show that
 * it rings, because a state that lasts a moment may be skipped.
 */
export async function answer(bed: TestBed, agent: PhoneId, ringMs = 300): Promise<Call> {
  const call = await bed.phone(agent).rings();
  await bed.pause(ringMs);
  for (const end = Date.now() + mostShownMs; Date.now() < end && !isShownRinging(bed, agent); ) await bed.pause(20);
  await call.answer();
  return call;
}

/** Some phones are not shown at all: a mobile, or one without a hint. */
const mostShownMs = 1_000;

/** At all clients that are not cut off. */
function isShownRinging({ observers }: TestBed, agent: string): boolean {
  return observers.every(({ client: { record } }) => {
    const shown = record.states.get(`extensionStatus,${agent}`);
    const status = shown && "status" in shown ? shown.status : "ringing";
    return record.link !== "up" || status === "ringing" || status === "ringinuse";
  });
}

/** Calls `extension` from the trunk and lets `agent` answer. */
export async function connectCall(
  bed: TestBed,
  extension: string,
  caller: Caller,
  agent: PhoneId,
): Promise<{ callerLeg: Call; agentLeg: Call }> {
  const callerLeg = bed.carrier.call(extension, caller);
  const agentLeg = await answer(bed, agent, 700);
  return { callerLeg, agentLeg };
}

/** Calls a queue from the trunk, lets `agent` answer, and checks the states: those that are then in `talking`. */
export async function connectQueueCall(
  bed: TestBed,
  queue: Queue,
  caller: Caller,
  agent: AgentNumber,
): Promise<{ callerLeg: Call; agentLeg: Call; talking: ExpectedCalls }> {
  const legs = await connectCall(bed, extensions[queue], caller, agent);
  const talking = { shows: { [agent]: { ...caller, queue } } };
  await bed.expectStates("talking", talking);
  return { ...legs, talking };
}

/** Hangs up, by default the caller's call, and checks that nobody shows a call any more. */
export async function hangUp(bed: TestBed, call: Readonly<{ hangup(): Promise<void> }> = bed.carrier): Promise<void> {
  await call.hangup();
  await bed.expectStates("after the hang-up");
}

/** The stream of one queue call that `agent` answers. `details` are those of `agentComplete`. */
export function answeredQueueCall(
  queue: Queue,
  agent: AgentNumber,
  { number }: Pick<Caller, "number">,
  details: Omit<Occurrence, "type">,
): ExpectedStream {
  return {
    numbers: { [agent]: [number, null] },
    counts: { [queue]: [1, 0] },
    devices: { [agent]: device.answers },
    occurrences: [completed(agent, queue, details)],
  };
}

export function completed(agent: AgentNumber, queue: Queue, details: Omit<Occurrence, "type">): Occurrence {
  const recording = queue === "vip" || queue === "load" ? null : recordingOf(queue);
  return { type: "agentComplete", agent, queueName: queue, recording, uniqueId: /^\d+\.\d+$/, ...details };
}

/** The dialplan names the recording's file after the caller's channel. */
const recordingOf = (queue: Queue) => new RegExp(`/spool/monitor/${queue}-\\d+\\.\\d+\\.wav$`);

/** The first space of the parking lot: the lot is empty when a scenario starts. */
export const parkingSpace = "701";

type ParkingEnd = "unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp";

/** The occurrences of a queue call that 1003 answers, that is parked, and that leaves its space by `end`. */
export function parkingOccurrences({ number }: Pick<Caller, "number">, end: ParkingEnd): Occurrence[] {
  const parkingEvent = (type: "parkedCall" | ParkingEnd): Occurrence => ({
    type,
    callerId: number,
    parkingSpace,
    channel: /^PJSIP\/trunk-/,
  });
  return [parkingEvent("parkedCall"), parkingEvent(end), completed("1003", "sales", { holdTime: 1 })];
}

/** Lets `agent` retrieve the parked call of `caller`. */
export async function retrieve(bed: TestBed, agent: AgentNumber, caller: Caller): Promise<Call> {
  const call = bed.phone(agent).call(parkingSpace);
  await call.until("up");
  await bed.expectStates("retrieved", { shows: { [agent]: { ...caller } } });
  return call;
}

/** Sends an AMI action of the test driver. @throws Error unless Asterisk accepts it. */
export async function amiAction(bed: TestBed, action: string, fields: Record<string, string>): Promise<void> {
  const response = await bed.ami().action(action, fields);
  if (response.Response !== "Success") throw new Error(`${action}: ${response.Message}`);
}

/** Pauses or unpauses a member by an AMI action. */
export async function pauseMember(
  bed: TestBed,
  queue: Queue,
  agent: AgentNumber,
  fields: Readonly<Record<string, string>> = {},
): Promise<void> {
  await amiAction(bed, "QueuePause", { Queue: queue, Interface: `PJSIP/${agent}`, Paused: "true", ...fields });
}
