/** Queue calls that no agent answers, or that an agent answers only after another has not. */
import {
  answer,
  answeredQueueCall,
  type Caller,
  completed,
  device,
  hangUp,
  pauseMember,
  type Scenario,
} from "./scenario.ts";

const carol: Caller = { number: "+14155550110", name: "Carol" };

/** The stream of a call to support that rings at both agents and is not answered. */
const bothOnlyRang = {
  numbers: { "1001": [carol.number, null], "1002": [carol.number, null] },
  counts: { support: [1, 0] },
  devices: { "1001": device.onlyRings, "1002": device.onlyRings },
};

export const unanswered: readonly Scenario[] = [
  {
    name: "a caller abandons the call while two agents ring",
    run: async (bed) => {
      bed.carrier.call("5001", carol);
      await Promise.all([bed.phone("1001").rings(), bed.phone("1002").rings()]);
      const shown = { ...carol, queue: "support" };
      await bed.expectStates("both ringing", { shows: { "1001": shown, "1002": shown } });
      await bed.pause(500);
      await hangUp(bed);
      return bothOnlyRang;
    },
  },
  {
    name: "the next agent answers after the first did not",
    run: async (bed) => {
      const shown = { shows: { "1004": { ...carol, queue: "sales" } } };
      bed.carrier.call("5002", carol);
      await bed.phone("1003").rings();
      const call = await bed.phone("1004").rings();
      await bed.expectStates("the second agent ringing", shown);
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("talking", shown);
      await bed.pause(700);
      await hangUp(bed);
      return {
        numbers: { "1003": [carol.number, null], "1004": [carol.number, null] },
        counts: { sales: [1, 0] },
        // 1004 is busy with its first call, ringing or not.
        devices: { "1003": device.onlyRings, "1004": ["busy", "not_inuse"] },
        occurrences: [completed("1004", "sales", { talkTime: 1, holdTime: 5, reason: "caller" })],
      };
    },
  },
  rejectedThenAnswered("busy", 486),
  rejectedThenAnswered("declined", 603),
  {
    name: "the queue's timeout ends a call while two agents ring",
    run: async (bed) => {
      const call = bed.carrier.call("5004", carol);
      await Promise.all([bed.phone("1001").rings(), bed.phone("1002").rings()]);
      await call.until("ended");
      await bed.expectStates("after the timeout");
      return bothOnlyRang;
    },
  },
];

function rejectedThenAnswered(what: string, status: 486 | 603): Scenario {
  return {
    name: `an agent answers after the phone was ${what} (${status})`,
    run: async (bed) => {
      await pauseMember(bed, "sales", "1004");
      await bed.expectStates("1004 paused");
      const phone = bed.phone("1003");
      phone.reject(status);
      bed.carrier.call("5002", carol);
      await bed.pause(1200);
      phone.reject(undefined);
      await answer(bed, "1003");
      await bed.expectStates("talking", { shows: { "1003": { ...carol, queue: "sales" } } });
      await bed.pause(700);
      await hangUp(bed);
      return {
        ...answeredQueueCall("sales", "1003", carol, { reason: "caller", holdTime: 2 }),
        // Each rejected attempt lasts only a moment: its number and the null after it may or may not be received.
        numbers: { "1003": /^(\+14155550110 null ?)+$/ },
        members: { "1004@sales": ["paused"] },
      };
    },
  };
}
