/** Calls by Local channels that Asterisk optimizes away, and commands for agents behind Local channels. */
import type { TestBed } from "../../test-bed.ts";
import { done, expectCommand } from "../expect-command.ts";
import { optimizeLocal } from "../optimize.ts";
import { amiAction, answer, connectCall, hangUp, parkingSpace, type Scenario } from "../scenario.ts";
import { completed, expectDone, expectNoCall, interruptions, mayBeUnnamed, olga, rang } from "./steps.ts";

const mobile = "00385944";
const onMobile = { shows: { [mobile]: { ...olga, queue: "opt" } } };

/** A member without `/n` who answers on a mobile. 1003, the queue's other member, does not answer. */
async function answerOnMobile(bed: TestBed): Promise<{ hangup(): Promise<void> }> {
  bed.phone("1003").reject(486);
  await amiAction(bed, "QueueAdd", { Queue: "opt", Interface: `Local/${mobile}@from-queue`, MemberName: "Mo" });
  await bed.expectStates("logged on");
  const callerLeg = bed.carrier.call("404", olga);
  const mobileLeg = await bed.carrier.rings();
  await bed.pause(300);
  await mobileLeg.answer();
  await bed.expectStates("talking", onMobile);
  await optimizeLocal(bed, callerLeg, mobileLeg);
  await bed.expectStates("still talking", onMobile);
  return callerLeg;
}

const mobileStream = {
  counts: { opt: [1, 0] },
  numbers: { [mobile]: /^(?:null )?0941 null$/, "1003": rang },
  devicesMayBe: ["1003"],
  devicesUnknown: [mobile],
  occurrences: [completed(mobile, "opt")],
};

export const localLegs: readonly Scenario[] = [
  {
    name: "EV13 freepbx: an agent who answers on a mobile has the call, also when the Local channel is optimized away",
    run: async (bed) => {
      const callerLeg = await answerOnMobile(bed);
      await interruptions["a cut of AMI"](bed);
      await bed.expectStates("still talking", onMobile);
      await callerLeg.hangup();
      await bed.expectStates("after the hang-up");
      return mobileStream;
    },
  },
  {
    name: "CM6 freepbx: hangup ends the call of an agent on a mobile whose Local channel is optimized away",
    run: async (bed) => {
      await answerOnMobile(bed);
      await expectDone(bed, { type: "hangup", agent: mobile });
      await bed.expectStates("after the hang-up");
      await expectNoCall(bed, mobile);
      return mobileStream;
    },
  },
  {
    name: "EV13 freepbx: a call by a Local channel that is optimized away is the picker's, with its queue",
    run: async (bed) => {
      bed.carrier.call("404", olga);
      await bed.phone("1003").rings();
      await bed.pause(400);
      const picker = bed.phone("1004").call("*81003");
      await picker.until("up");
      await bed.expectStates("the picker talking", { shows: { "1004": { ...olga, queue: "opt" } } });
      await expectNoCall(bed, "1003");
      await interruptions["another connector"](bed);
      await bed.expectStates("the picker still talking", { shows: { "1004": { ...olga } } });
      await expectNoCall(bed, "1003");
      await hangUp(bed);
      return {
        counts: { opt: [1, 0] },
        numbers: { "1003": [olga.number, null], "1004": [olga.number, null] },
        devicesMayBe: ["1003", "1004"],
        // No list says who was rung, and Asterisk names the Local channel that is gone.
        occurrences: [{ ...completed("", "opt", mayBeUnnamed), agent: /^100[34]$/ }],
      };
    },
  },
  {
    name: "CM2 freepbx: redirect moves the caller away from an agent behind a Local channel",
    run: async (bed) => {
      await connectCall(bed, "400", olga, "1001");
      await bed.expectStates("talking", { shows: { "1001": { ...olga, queue: "400" } } });
      const moved = done({ channel: /^PJSIP\/trunk-/ });
      await expectCommand(bed, { type: "redirect", agent: "1001", to: "1004" }, moved);
      await answer(bed, "1004");
      await bed.expectStates("the second agent talking", { shows: { "1004": { ...olga } } });
      await expectNoCall(bed, "1001");
      await interruptions["another connector"](bed);
      await bed.expectStates("the second agent still talking", { shows: { "1004": { ...olga } } });
      await hangUp(bed);
      return {
        counts: { "400": [1, 0] },
        numbers: { "1001": [olga.number, null], "1002": rang, "1004": [olga.number, null] },
        devicesMayBe: ["1001", "1002", "1004"],
        // Another connector does not ask for the recording of a caller who is no longer in the queue.
        occurrences: [completed("1001", "400", { recording: null, ...mayBeUnnamed })],
      };
    },
  },
  {
    name: "CM3 freepbx: park parks the caller of an agent behind a Local channel",
    run: async (bed) => {
      await connectCall(bed, "400", olga, "1001");
      await bed.expectStates("talking", { shows: { "1001": { ...olga, queue: "400" } } });
      const parked = done({ channel: /^PJSIP\/trunk-/, parkingSpace });
      await expectCommand(bed, { type: "park", agent: "1001" }, parked);
      await bed.expectStates("parked");
      await expectNoCall(bed, "1001");
      const fetch = bed.phone("1004").call(parkingSpace);
      await fetch.until("up");
      await bed.expectStates("fetched", { shows: { "1004": { ...olga } } });
      await hangUp(bed);
      const occurrence = { channel: /^PJSIP\/trunk-/, callerId: olga.number, parkingSpace };
      return {
        counts: { "400": [1, 0] },
        numbers: { "1001": [olga.number, null], "1002": rang, "1004": [olga.number, null] },
        devicesMayBe: ["1001", "1002", "1004"],
        occurrences: [
          { type: "parkedCall", ...occurrence },
          { type: "unParkedCall", ...occurrence },
          completed("1001", "400"),
        ],
      };
    },
  },
];
