/** Queue calls that nobody answers, or not at once. */
import { completed, type Scenario } from "./scenario.ts";

const carol = { number: "+14155550110", name: "Carol" };

export const unanswered: readonly Scenario[] = [
  {
    name: "the caller gives up while two agents ring",
    play: async (stage) => {
      stage.carrier.call("5001", carol);
      await Promise.all([stage.phone("1001").rings(), stage.phone("1002").rings()]);
      const shown = { ...carol, queue: "support" };
      await stage.settled("while both ring", { shows: { "1001": shown, "1002": shown } });
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1001": [carol.number, null], "1002": [carol.number, null] },
        counts: { support: [1, 0] },
        devices: { "1001": ["ringing", "not_inuse"], "1002": ["ringing", "not_inuse"] },
      };
    },
  },
  {
    name: "nobody answers, the next agent does",
    play: async (stage) => {
      stage.carrier.call("5002", carol);
      await stage.phone("1003").rings();
      const call = await stage.phone("1004").rings(7000);
      await stage.settled("while the second rings", { shows: { "1004": { ...carol, queue: "sales" } } });
      await stage.pause(300);
      await call.answer();
      await stage.settled("while they talk", { shows: { "1004": { ...carol, queue: "sales" } } });
      await stage.pause(700);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const call = stage.carrier.call("5004", carol);
      await Promise.all([stage.phone("1001").rings(), stage.phone("1002").rings()]);
      await call.until("ended", 8000);
      await stage.settled("afterwards");
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
    play: async (stage) => {
      await stage.ami().action("QueuePause", { Queue: "sales", Interface: "PJSIP/1004", Paused: "true" });
      await stage.settled("1004 is paused");
      const cid = stage.phone("1003");
      cid.refuse(status);
      stage.carrier.call("5002", carol);
      await stage.pause(1200);
      cid.refuse(undefined);
      const call = await cid.rings();
      await stage.pause(300);
      await call.answer();
      await stage.settled("while they talk", { shows: { "1003": { ...carol, queue: "sales" } } });
      await stage.pause(700);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
