/** What Asterisk lists of an agent's membership of a queue. */
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";

/** `expected`: interface, name, state interface and penalty, as in `PJSIP/1001 | Ann Agent | PJSIP/1001 | 0`. */
export async function expectMembership(bed: TestBed, queue: string, agent: string, expected: string): Promise<void> {
  const listed = await bed.ami().list("QueueStatus", { Queue: queue });
  const found = listed
    .filter(({ Event, Location }) => Event === "QueueMember" && Location?.includes(agent))
    .map(({ Location, Name, StateInterface, Penalty }) => [Location, Name, StateInterface, Penalty].join(" | "));
  expectThat(`${agent} is in ${queue} as ${expected}, found: ${found.join(", ")}`, found.join() === expected);
}
