/** EV2 on hold: the agent is on hold whichever party holds the call. */
import { answeredQueueCall, connectCall, connectQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const holda = { number: "+14155550130", name: "Holda" };
const talking = { shows: { "1003": { ...holda, queue: "sales" } } };
const expected = answeredQueueCall("sales", "1003", holda, { holdTime: 1, reason: "caller" });
const talk = { agent: "1003", queue: "sales", reason: "caller" };
const expectedWithHold = { ...expected, devices: { "1003": device.answersAndHolds } };

export const hold: readonly Scenario[] = [
  {
    name: "EV2 on hold: an agent holds and resumes a call",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectQueueCall(bed, "sales", holda, "1003");
      await agentLeg.hold();
      await bed.expectStates("on hold", { ...talking, onHold: ["1003"] });
      await bed.pause(2500);
      await agentLeg.unhold();
      await bed.expectStates("talking again", talking);
      await hangUp(bed, callerLeg);
      return { ...expectedWithHold, talks: [{ ...talk, talk: 0, hold: 2500 }] };
    },
  },
  {
    name: "EV2 on hold: the caller holds and resumes a call",
    run: async (bed) => {
      const { callerLeg } = await connectQueueCall(bed, "sales", holda, "1003");
      await callerLeg.hold();
      await bed.pause(200);
      await bed.expectStates("held by the caller", talking);
      await callerLeg.unhold();
      await bed.expectStates("talking again", talking);
      await bed.pause(2000);
      await hangUp(bed, callerLeg);
      return { ...expectedWithHold, talks: [{ ...talk, talk: 2200 }] };
    },
  },
  {
    name: "EV2 on hold: the caller hangs up while on hold",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", holda, "1003");
      await agentLeg.hold();
      await bed.expectStates("on hold", { ...talking, onHold: ["1003"] });
      await bed.pause(2000);
      await hangUp(bed, callerLeg);
      const devices = { "1003": ["ringing", "onhold", "not_inuse"] };
      return { ...expected, devices, talks: [{ ...talk, talk: 0, hold: 2000 }] };
    },
  },
];
