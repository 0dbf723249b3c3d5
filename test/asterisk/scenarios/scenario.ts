/** What a scenario is, and a few moves that most of them share. */
import type { AgentNumber } from "../config.ts";
import type { Call } from "../sip/call.ts";
import type { Stage } from "../stage.ts";
import type { Occurrence, Story } from "../story.ts";

/** `play` makes things really happen, checks the states at the moments it stops at, and returns what the stream must have told. */
export type Scenario = Readonly<{ name: string; play(stage: Stage): Promise<Story> }>;

export type Caller = Readonly<{ number: string; name: string }>;

/** Calls `number` from outside and has `agent` answer after ringing `ringMs`. */
export async function answeredCall(
  stage: Stage,
  number: string,
  caller: Caller,
  agent: AgentNumber,
  ringMs = 700,
): Promise<{ outside: Call; inside: Call }> {
  const outside = stage.carrier.call(number, caller);
  const inside = await stage.phone(agent).rings();
  await stage.pause(ringMs);
  await inside.answer();
  return { outside, inside };
}

/** A file that MixMonitor writes, for the dialplan names it after the caller's channel. */
export const recordingOf = (queue: string) => new RegExp(`/spool/monitor/${queue}-\\d+\\.\\d+\\.wav$`);

export function completed(agent: AgentNumber, queue: string, details: Omit<Occurrence, "type">): Occurrence {
  const recording = queue === "vip" || queue === "load" ? null : recordingOf(queue);
  return { type: "agentComplete", agent, queueName: queue, recording, uniqueId: /^\d+\.\d+$/, ...details };
}
