/** EV4, EV5, EV6 for queue calls that begin or end in unusual ways: callbacks, pickups, bridges, failed transfers. */
import type { TestBed } from "../../test-bed.ts";
import { whileDisconnected } from "../interruption.ts";
import { amiAction, connectCall, hangUp, type Scenario } from "../scenario.ts";
import { completed, expectDone, expectNoCall, interruptions, mayBeUnnamed, olga, petr, rang } from "./steps.ts";

const dialed = "00385977";

/** Another client of AMI lets Asterisk call a customer, and then puts him into the queue. */
function callback(channel: string, between: keyof typeof interruptions): Scenario {
  return {
    name: `EV13 freepbx: a callback by ${channel} keeps its queue until the end (${between})`,
    run: async (bed) => {
      await amiAction(bed, "Originate", {
        Channel: channel,
        Context: "from-internal",
        Exten: "406",
        Priority: "1",
        CallerID: `<${dialed}>`,
        Async: "true",
      });
      await bed.carrier.answer();
      const agentLeg = await bed.phone("1003").rings();
      const ringing = { number: dialed, queue: "q.two" };
      await bed.expectStates("ringing", { shows: { "1002": ringing, "1003": ringing } });
      await agentLeg.answer();
      const talking = { shows: { "1003": { queue: "q.two" } } };
      await bed.expectStates("talking", talking);
      await interruptions[between](bed);
      await bed.expectStates("still talking", talking);
      await hangUp(bed);
      return {
        counts: { "q.two": [1, 0] },
        numbers: { "1002": /^00385977 null$/, "1003": /^00385977 (.* )?null$/ },
        devicesMayBe: ["1002", "1003"],
        occurrences: [completed("1003", "q.two")],
      };
    },
  };
}

function pickup(code: string, extension: string, queueName: string, rung: RegExp): Scenario {
  return {
    name: `EV13 freepbx: who picks a call of ${queueName} up by ${code} has it, with its queue, until the end`,
    run: async (bed) => {
      bed.carrier.call(extension, olga);
      await bed.phone(code.endsWith("1001") ? "1001" : "1002").rings();
      await bed.pause(400);
      const picker = bed.phone("1004").call(code);
      await picker.until("up");
      const talking = { shows: { "1004": { ...olga, queue: queueName } } };
      await bed.expectStates("the picker talking", talking);
      for (const agent of ["1001", "1002", "1003"]) await expectNoCall(bed, agent);
      await interruptions["another connector"](bed);
      // No list says that the call came from the queue, so another connector may not know it.
      await bed.expectStates("the picker still talking", { shows: { "1004": { ...olga } } });
      for (const agent of ["1001", "1002", "1003"]) await expectNoCall(bed, agent);
      await expectDone(bed, { type: "hangup", agent: "1004" });
      await picker.until("ended");
      await bed.expectStates("after the hang-up");
      return {
        counts: { [queueName]: [1, 0] },
        numbers: { "1004": [olga.number, null], "1001": rang, "1002": rang, "1003": rang },
        devicesMayBe: ["1001", "1002", "1003", "1004"],
        // Asterisk 16 may report the pickup after the answer: then it is the agent who was rung.
        occurrences: [{ ...completed("", queueName, mayBeUnnamed), agent: rung }],
        // Asterisk 16 may report the pickup after the answer.
        ringsMayBeMissed: true,
      };
    },
  };
}

/** Two phones talk, and a caller waits in a queue where nobody answers. Returns the caller's channel. */
async function waiting(bed: TestBed): Promise<string> {
  for (const agent of ["1002", "1003"] as const) bed.phone(agent).reject(486);
  const joined = bed.ami().event("the caller joins", ({ Event }) => Event === "QueueCallerJoin");
  bed.carrier.call("406", olga);
  await joined;
  await bed.expectStates("waiting");
  const [caller = ""] = await bed.carrierChannels();
  return caller;
}

const bridgedStream = {
  counts: { "q.two": [1, 0] },
  numbers: { "1002": rang, "1003": rang, "1004": /0941 null$/ },
  devicesMayBe: ["1002", "1003", "1004"],
};

export const queueCalls: readonly Scenario[] = [
  callback(`Local/${dialed}@from-queue/n`, "nothing"),
  callback(`Local/${dialed}@from-queue/n`, "another connector"),
  callback(`Local/${dialed}@from-queue`, "nothing"),
  callback(`Local/${dialed}@from-queue`, "a cut of AMI"),
  pickup("*81002", "406", "q.two", /^100[24]$/),
  pickup("**1001", "400", "400", /^100[124]$/),
  {
    name: "EV5 freepbx: a waiting caller whom the dialplan bridges no longer waits",
    run: async (bed) => {
      await amiAction(bed, "Setvar", { Variable: "WAITING", Value: await waiting(bed) });
      const taker = bed.phone("1004").call("*12");
      await taker.until("up");
      const bridged = { shows: { "1004": { ...olga } } };
      await bed.expectStates("bridged", bridged);
      await interruptions["another connector"](bed);
      await bed.expectStates("still bridged", bridged);
      await hangUp(bed);
      return bridgedStream;
    },
  },
  {
    name: "EV5 freepbx: a waiting caller whom another AMI client bridges while AMI is cut no longer waits",
    run: async (bed) => {
      const caller = await waiting(bed);
      const taker = bed.phone("1004").call("*43");
      await taker.until("up");
      const fields = { Channel1: caller, Channel2: await bed.channelOf("1004"), Tone: "no" };
      await whileDisconnected(bed, () => amiAction(bed, "Bridge", fields));
      await bed.expectStates("bridged", { shows: { "1004": { ...olga } } });
      await hangUp(bed);
      return { ...bridgedStream, ringsMayBeMissed: true };
    },
  },
  {
    name: "EV6 freepbx: blind transfers to an extension that does not exist give one agentComplete each",
    run: async (bed) => {
      const rounds = 4;
      for (let round = 0; round < rounds; round++) {
        const { agentLeg, callerLeg } = await connectCall(bed, "406", petr, "1003");
        await bed.expectStates("talking", { shows: { "1003": { ...petr, queue: "q.two" } } });
        const channel = await bed.channelOf("1003");
        // By the phone, and by an action while the caller hangs up: Asterisk 22 now and then completes a call twice.
        if (round % 2 === 0) await agentLeg.refer("5999").catch(() => undefined);
        else {
          const transfer = { Channel: channel, Context: "from-internal", Exten: "5999" };
          await Promise.all([bed.ami().action("BlindTransfer", transfer), callerLeg.hangup()]);
        }
        await agentLeg.hangup();
        await callerLeg.hangup();
        await bed.expectStates("after the transfer");
      }
      return {
        counts: { "q.two": Array.from({ length: rounds }, () => [1, 0]).flat() },
        numbers: { "1002": rang, "1003": rang },
        devicesMayBe: ["1002", "1003"],
        occurrences: Array.from({ length: rounds }, () => completed("1003", "q.two")),
      };
    },
  },
];
