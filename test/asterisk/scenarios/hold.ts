/** Calls on hold: EV2 and EV3 tell it whoever holds. */
import { completed, connectCall, type Scenario } from "./scenario.ts";

const holda = { number: "+14155550130", name: "Holda" };
const talking = { shows: { "1003": { ...holda, queue: "sales" } } };

export const hold: readonly Scenario[] = [
  {
    name: "the agent holds and unholds",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", holda, "1003");
      await bed.expectStates("talking", talking);
      await agentLeg.hold();
      await bed.expectStates("on hold", { ...talking, onHold: ["1003"] });
      await bed.pause(500);
      await agentLeg.unhold();
      await bed.expectStates("talking again", talking);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const { callerLeg } = await connectCall(bed, "5002", holda, "1003");
      await bed.expectStates("talking", talking);
      await callerLeg.hold();
      await bed.pause(200);
      await bed.expectStates("held by the caller", talking);
      await callerLeg.unhold();
      await bed.expectStates("talking again", talking);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", holda, "1003");
      await agentLeg.hold();
      await bed.expectStates("on hold", { ...talking, onHold: ["1003"] });
      await bed.pause(300);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [holda.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "onhold", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
];
