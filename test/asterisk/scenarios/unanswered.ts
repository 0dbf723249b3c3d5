/** Queue calls that nobody answers, or not at once. */
import { completed, type Scenario } from "./scenario.ts";

const carol = { number: "+14155550110", name: "Carol" };

export const unanswered: readonly Scenario[] = [
  {
    name: "the caller gives up while two agents ring",
    run: async (bed) => {
      bed.carrier.call("5001", carol);
      await Promise.all([bed.phone("1001").rings(), bed.phone("1002").rings()]);
      const shown = { ...carol, queue: "support" };
      await bed.expectStates("while both ring", { shows: { "1001": shown, "1002": shown } });
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [carol.number, null], "1002": [carol.number, null] },
        counts: { support: [1, 0] },
        devices: { "1001": ["ringing", "not_inuse"], "1002": ["ringing", "not_inuse"] },
      };
    },
  },
  {
    name: "nobody answers, the next agent does",
    run: async (bed) => {
      bed.carrier.call("5002", carol);
      await bed.phone("1003").rings();
      const call = await bed.phone("1004").rings(7000);
      await bed.expectStates("while the second rings", { shows: { "1004": { ...carol, queue: "sales" } } });
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("while they talk", { shows: { "1004": { ...carol, queue: "sales" } } });
      await bed.pause(700);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [carol.number, null], "1004": [carol.number, null] },
        counts: { sales: [1, 0] },
        // 1004 shows itself busy with one call, ringing or not.
        devices: { "1003": ["ringing", "not_inuse"], "1004": ["busy", "not_inuse"] },
        occurrences: [completed("1004", "sales", { talkTime: 1, holdTime: 5, reason: "caller" })],
      };
    },
  },
  refused("busy", 486),
  refused("declined", 603),
  {
    name: "the queue's timeout ends it while two agents ring",
    run: async (bed) => {
      const call = bed.carrier.call("5004", carol);
      await Promise.all([bed.phone("1001").rings(), bed.phone("1002").rings()]);
      await call.until("ended", 8000);
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [carol.number, null], "1002": [carol.number, null] },
        counts: { support: [1, 0] },
        devices: { "1001": ["ringing", "not_inuse"], "1002": ["ringing", "not_inuse"] },
      };
    },
  },
];

function refused(word: string, status: 486 | 603): Scenario {
  return {
    name: `${word} (${status}), then answered`,
    run: async (bed) => {
      await bed.ami().action("QueuePause", { Queue: "sales", Interface: "PJSIP/1004", Paused: "true" });
      await bed.expectStates("1004 is paused");
      const cid = bed.phone("1003");
      cid.reject(status);
      bed.carrier.call("5002", carol);
      await bed.pause(1200);
      cid.reject(undefined);
      const call = await cid.rings();
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("while they talk", { shows: { "1003": { ...carol, queue: "sales" } } });
      await bed.pause(700);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        // Each refusal lasts a moment: its number and null may or may not be told.
        numbers: { "1003": /^(\+14155550110 null ?)+$/ },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        members: { "1004@sales": ["paused"] },
        occurrences: [completed("1003", "sales", { reason: "caller", holdTime: 2 })],
      };
    },
  };
}
