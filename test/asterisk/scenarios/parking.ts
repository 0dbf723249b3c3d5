/** Calls that are parked, and everything that can become of them (EV8). */
import type { TestBed } from "../test-bed.ts";
import { completed, connectCall, type Scenario } from "./scenario.ts";

const parker = { number: "+14155550150", name: "Parker" };
const talking = { shows: { "1003": { ...parker, queue: "sales" } } };
const first = "701";
const parked = (type: "parkedCall" | "unParkedCall" | "parkedCallTimeOut" | "parkedCallGiveUp") => ({
  type,
  callerId: parker.number,
  parkingSpace: first,
  channel: /^PJSIP\/trunk-/,
});

/** Has 1003 answer a queue call and parks the caller; 1003 then hangs up, as a phone does that is told the space. */
async function park(bed: TestBed, timeoutMs: number): Promise<void> {
  await connectCall(bed, "5002", parker, "1003");
  await bed.expectStates("talking", talking);
  const [caller = ""] = await bed.carrierChannels();
  const agent = await bed.channelOf("1003");
  const answer = await bed.ami().action("Park", {
    Channel: caller,
    TimeoutChannel: agent,
    Timeout: String(timeoutMs),
    Parkinglot: "default",
  });
  if (answer.Response !== "Success") throw new Error(`Park: ${answer.Message}`);
  await bed.pause(200);
  await bed.phone("1003").hangupAll();
  await bed.expectStates("parked");
}

export const parking: readonly Scenario[] = [
  {
    name: "park, and retrieve by another agent",
    run: async (bed) => {
      await park(bed, 30_000);
      await bed.pause(300);
      const call = bed.phone("1005").call(first);
      await call.until("up");
      await bed.expectStates("retrieved", { shows: { "1005": { ...parker } } });
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [parker.number, null], "1005": [parker.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("unParkedCall"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "park, and the time runs out",
    run: async (bed) => {
      await park(bed, 2000);
      const call = await bed.phone("1003").rings();
      await bed.expectStates("the agent is called back");
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("talking again", { shows: { "1003": { ...parker } } });
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [parker.number, null, parker.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse", "ringing", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("parkedCallTimeOut"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "park, and the caller gives up",
    run: async (bed) => {
      await park(bed, 30_000);
      await bed.pause(300);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [parker.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("parkedCallGiveUp"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "parked by the phone (REFER to 700), retrieved by the same agent",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", parker, "1003");
      await bed.expectStates("talking", talking);
      await agentLeg.refer("700");
      await bed.expectStates("parked, the agent's phone still listens");
      await agentLeg.hangup();
      await bed.expectStates("the agent is free");
      const call = bed.phone("1003").call(first);
      await call.until("up");
      await bed.expectStates("retrieved", { shows: { "1003": { ...parker } } });
      await bed.pause(500);
      await call.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [parker.number, null, parker.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("unParkedCall"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];
