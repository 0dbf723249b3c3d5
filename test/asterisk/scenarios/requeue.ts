/**
 * Callers who are redirected into a queue after they were served. Asterisk tells all of their AgentCompletes only at
 * their end, in any order (22.10 and 16.28), and lets the first talk seem to last until then.
 */
import type { TestBed } from "../test-bed.ts";
import { completed, connectCall, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550140", name: "Rita" };
const [firstTalkMs, secondTalkMs] = [2500, 5500];

async function redirect(bed: TestBed, exten: string): Promise<void> {
  const [caller = ""] = await bed.carrierChannels();
  await bed.ami().action("Redirect", { Channel: caller, Context: "queues", Exten: exten, Priority: "1" });
}

/** To nobody for a moment, so that the first agent is free for certain when the queue looks for one. */
async function redirectAgain(bed: TestBed, exten: string): Promise<void> {
  await redirect(bed, "5009");
  await bed.expectStates("the first is free");
  await redirect(bed, exten);
}

/** Which file's name was the last is no matter here. */
const recording = /\.wav$/;

export const requeue: readonly Scenario[] = [
  {
    name: "a served caller is redirected into another queue (AMI Redirect)",
    run: async (bed) => {
      await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", { shows: { "1003": { ...rita, queue: "sales" } } });
      await bed.pause(firstTalkMs);
      await redirect(bed, "5001");
      await bed.phone("1001").answer();
      await bed.expectStates("the second talks", { shows: { "1001": { ...rita, queue: "support" } } });
      await bed.pause(secondTalkMs);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null], "1001": [rita.number, null], "1002": /^(\+14155550140 null)?$/ },
        counts: { sales: [1, 0], support: /^(1 0)?$/ },
        devices: { "1003": ["ringing", "inuse", "not_inuse"], "1001": ["inuse", "not_inuse"] },
        devicesMayBe: ["1002"],
        occurrences: [
          { ...completed("1003", "sales", { holdTime: 1, talkTime: 3 }), recording },
          { ...completed("1001", "support", { holdTime: 0, talkTime: 6, reason: "caller" }), recording },
        ],
      };
    },
  },
  {
    name: "a served caller is redirected into the same queue, and another agent answers",
    run: async (bed) => {
      await connectCall(bed, "5001", rita, "1001");
      await bed.expectStates("the first talks", { shows: { "1001": { ...rita, queue: "support" } } });
      await bed.pause(firstTalkMs);
      await redirectAgain(bed, "5001");
      const call = await bed.phone("1002").rings();
      await bed.pause(700);
      await call.answer();
      await bed.expectStates("the second talks", { shows: { "1002": { ...rita, queue: "support" } } });
      await bed.pause(secondTalkMs);
      await call.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: {
          "1001": [rita.number, null, rita.number, null],
          "1002": [rita.number, null, rita.number, null],
        },
        counts: { support: [1, 0, 1, 0] },
        devices: {
          "1001": ["ringing", "inuse", "not_inuse", "ringing", "not_inuse"],
          "1002": ["ringing", "not_inuse", "ringing", "inuse", "not_inuse"],
        },
        occurrences: [
          completed("1001", "support", { holdTime: 1, talkTime: 3 }),
          completed("1002", "support", { holdTime: 1, talkTime: 6, reason: "agent" }),
        ],
      };
    },
  },
  {
    name: "a served caller is redirected into the same queue, and the same agent answers",
    run: async (bed) => {
      await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("he talks", { shows: { "1003": { ...rita, queue: "sales" } } });
      await bed.pause(firstTalkMs);
      await redirectAgain(bed, "5002");
      const call = await bed.phone("1003").rings();
      await bed.pause(700);
      await call.answer();
      await bed.expectStates("he talks again", { shows: { "1003": { ...rita, queue: "sales" } } });
      await bed.pause(secondTalkMs);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null, rita.number, null] },
        counts: { sales: [1, 0, 1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse", "ringing", "inuse", "not_inuse"] },
        occurrences: [
          completed("1003", "sales", { holdTime: 1, talkTime: 3 }),
          completed("1003", "sales", { holdTime: 1, talkTime: 6, reason: "caller" }),
        ],
      };
    },
  },
];
