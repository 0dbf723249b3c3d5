/** Calls that are parked, and everything that can become of them (EV8). */
import type { Stage } from "../stage.ts";
import { answeredCall, completed, type Scenario } from "./scenario.ts";

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
async function park(stage: Stage, timeoutMs: number): Promise<void> {
  await answeredCall(stage, "5002", parker, "1003");
  await stage.settled("talking", talking);
  const [caller = ""] = await stage.carrierChannels();
  const agent = await stage.channelOf("1003");
  const answer = await stage.ami().action("Park", {
    Channel: caller,
    TimeoutChannel: agent,
    Timeout: String(timeoutMs),
    Parkinglot: "default",
  });
  if (answer.Response !== "Success") throw new Error(`Park: ${answer.Message}`);
  await stage.pause(200);
  await stage.phone("1003").hangupAll();
  await stage.settled("parked");
}

export const parking: readonly Scenario[] = [
  {
    name: "park, and retrieve by another agent",
    play: async (stage) => {
      await park(stage, 30_000);
      await stage.pause(300);
      const call = stage.phone("1005").call(first);
      await call.until("up");
      await stage.settled("retrieved", { shows: { "1005": { ...parker } } });
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      await park(stage, 2000);
      const call = await stage.phone("1003").rings();
      await stage.settled("the agent is called back");
      await stage.pause(300);
      await call.answer();
      await stage.settled("talking again", { shows: { "1003": { ...parker } } });
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      await park(stage, 30_000);
      await stage.pause(300);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", parker, "1003");
      await stage.settled("talking", talking);
      await inside.refer("700");
      await stage.settled("parked, the agent's phone still listens");
      await inside.hangup();
      await stage.settled("the agent is free");
      const call = stage.phone("1003").call(first);
      await call.until("up");
      await stage.settled("retrieved", { shows: { "1003": { ...parker } } });
      await stage.pause(500);
      await call.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [parker.number, null, parker.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse", "inuse", "not_inuse"] },
        occurrences: [parked("parkedCall"), parked("unParkedCall"), completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];
