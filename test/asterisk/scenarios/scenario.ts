/** What a scenario is, and a few moves that most of them share. */
import type { AgentNumber } from "../config.ts";
import type { ExpectedStream, Occurrence } from "../expected-stream.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";

/**
 * `play` makes things really happen, checks the states at the moments it stops at, and returns what the stream must
 * have told.
 */
export type Scenario = Readonly<{ name: string; run(bed: TestBed): Promise<ExpectedStream> }>;

export type Caller = Readonly<{ number: string; name: string }>;

/** Calls `number` from outside and has `agent` answer after ringing `ringMs`. */
export async function connectCall(
  bed: TestBed,
  number: string,
  caller: Caller,
  agent: AgentNumber,
  ringMs = 700,
): Promise<{ callerLeg: Call; agentLeg: Call }> {
  const callerLeg = bed.carrier.call(number, caller);
  const agentLeg = await bed.phone(agent).rings();
  await bed.pause(ringMs);
  await agentLeg.answer();
  return { callerLeg, agentLeg };
}

/** A file that MixMonitor writes, for the dialplan names it after the caller's channel. */
export const recordingOf = (queue: string) => new RegExp(`/spool/monitor/${queue}-\\d+\\.\\d+\\.wav$`);

export function completed(agent: AgentNumber, queue: string, details: Omit<Occurrence, "type">): Occurrence {
  const recording = queue === "vip" || queue === "load" ? null : recordingOf(queue);
  return { type: "agentComplete", agent, queueName: queue, recording, uniqueId: /^\d+\.\d+$/, ...details };
}
