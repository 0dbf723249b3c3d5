/**
 * Callers who are redirected into a queue after an agent has served them. Asterisk (22.10 and 16.28) sends all of their
 * AgentComplete events only when the caller hangs up, in any order, with a talk time for the first call that lasts
 * until then.
 */
import type { TestBed } from "../test-bed.ts";
import { answer, completed, connectQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550140", name: "Rita" };
const [firstTalkMs, secondTalkMs] = [2500, 5500];

async function redirect(bed: TestBed, extension: string): Promise<void> {
  const [caller = ""] = await bed.carrierChannels();
  await bed.ami().action("Redirect", { Channel: caller, Context: "queues", Exten: extension, Priority: "1" });
}

/** Redirects by way of 5009, where the caller waits alone, so that the first agent is idle when the queue needs one. */
async function redirectAfterWait(bed: TestBed, extension: string): Promise<void> {
  await redirect(bed, "5009");
  await bed.expectStates("the first agent idle");
  await redirect(bed, extension);
}

/** The recording may be named after either call. */
const recording = /\.wav$/;

export const requeue: readonly Scenario[] = [
  {
    name: "EV6 a served caller is redirected into another queue",
    run: async (bed) => {
      await connectQueueCall(bed, "sales", rita, "1003");
      await bed.pause(firstTalkMs);
      await redirect(bed, "5001");
      await bed.phone("1001").answer();
      await bed.expectStates("the second agent talking", { shows: { "1001": { ...rita, queue: "support" } } });
      await bed.pause(secondTalkMs);
      await hangUp(bed);
      return {
        numbers: { "1003": [rita.number, null], "1001": [rita.number, null], "1002": /^(\+14155550140 null)?$/ },
        counts: { sales: [1, 0], support: /^(1 0)?$/ },
        devices: { "1003": device.answers, "1001": device.calls },
        devicesMayBe: ["1002"],
        occurrences: [
          { ...completed("1003", "sales", { holdTime: 1, talkTime: 3 }), recording },
          { ...completed("1001", "support", { holdTime: 0, talkTime: 6, reason: "caller" }), recording },
        ],
      };
    },
  },
  {
    name: "EV6 a served caller is redirected into the same queue, and another agent answers",
    run: async (bed) => {
      await connectQueueCall(bed, "support", rita, "1001");
      await bed.pause(firstTalkMs);
      await redirectAfterWait(bed, "5001");
      const call = await answer(bed, "1002", 700);
      await bed.expectStates("the second agent talking", { shows: { "1002": { ...rita, queue: "support" } } });
      await bed.pause(secondTalkMs);
      await hangUp(bed, call);
      const numbers = [rita.number, null, rita.number, null];
      return {
        numbers: { "1001": numbers, "1002": numbers },
        counts: { support: [1, 0, 1, 0] },
        devices: {
          "1001": [...device.answers, ...device.onlyRings],
          "1002": [...device.onlyRings, ...device.answers],
        },
        occurrences: [
          completed("1001", "support", { holdTime: 1, talkTime: 3 }),
          completed("1002", "support", { holdTime: 1, talkTime: 6, reason: "agent" }),
        ],
      };
    },
  },
  {
    name: "EV6 a served caller is redirected into the same queue, and the same agent answers",
    run: async (bed) => {
      const { talking } = await connectQueueCall(bed, "sales", rita, "1003");
      await bed.pause(firstTalkMs);
      await redirectAfterWait(bed, "5002");
      await answer(bed, "1003", 700);
      await bed.expectStates("talking again", talking);
      await bed.pause(secondTalkMs);
      await hangUp(bed);
      return {
        numbers: { "1003": [rita.number, null, rita.number, null] },
        counts: { sales: [1, 0, 1, 0] },
        devices: { "1003": [...device.answers, ...device.answers] },
        occurrences: [
          completed("1003", "sales", { holdTime: 1, talkTime: 3 }),
          completed("1003", "sales", { holdTime: 1, talkTime: 6, reason: "caller" }),
        ],
      };
    },
  },
];
