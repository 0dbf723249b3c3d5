/** Calls on hold: EV2 and EV3 tell it whoever holds. */
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const holda = { number: "+14155550130", name: "Holda" };
const talking = { shows: { "1003": { ...holda, queue: "sales" } } };

export const hold: readonly Scenario[] = [
  {
    name: "the agent holds and unholds",
    play: async (stage) => {
      const { outside, inside } = await answeredCall(stage, "5002", holda, "1003");
      await stage.settled("talking", talking);
      await inside.hold();
      await stage.settled("on hold", { ...talking, onHold: ["1003"] });
      await stage.pause(500);
      await inside.unhold();
      await stage.settled("talking again", talking);
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [holda.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "the caller holds and unholds",
    play: async (stage) => {
      const { outside } = await answeredCall(stage, "5002", holda, "1003");
      await stage.settled("talking", talking);
      await outside.hold();
      await stage.pause(200);
      await stage.settled("held by the caller", talking);
      await outside.unhold();
      await stage.settled("talking again", talking);
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [holda.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "the caller hangs up while on hold",
    play: async (stage) => {
      const { outside, inside } = await answeredCall(stage, "5002", holda, "1003");
      await inside.hold();
      await stage.settled("on hold", { ...talking, onHold: ["1003"] });
      await stage.pause(300);
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [holda.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "onhold", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
];
