/** EV8 calls that are parked, and how they leave their parking space. */
import type { TestBed } from "../test-bed.ts";
import { expectThat } from "./expect-command.ts";
import { restartConnectors, whileDisconnected } from "./interruption.ts";
import {
  amiAction,
  answeredQueueCall,
  completed,
  connectQueueCall,
  device,
  hangUp,
  parkingOccurrences,
  parkingSpace,
  retrieve,
  type Scenario,
} from "./scenario.ts";

const parker = { number: "+14155550150", name: "Parker" };
const expected = answeredQueueCall("sales", "1003", parker, { holdTime: 1 });

/** Connects a queue call with 1003 and parks the caller. Then 1003 hangs up, as after the announcement of the space. */
async function park(bed: TestBed, timeoutMs: number): Promise<void> {
  await connectQueueCall(bed, "sales", parker, "1003");
  const [caller = ""] = await bed.carrierChannels();
  const agent = await bed.channelOf("1003");
  const timeout = { TimeoutChannel: agent, Timeout: String(timeoutMs) };
  await amiAction(bed, "Park", { Channel: caller, ...timeout, Parkinglot: "default" });
  await bed.pause(200);
  await bed.phone("1003").hangupAll();
  await bed.expectStates("parked");
}

export const parking: readonly Scenario[] = [
  {
    name: "EV8 another agent retrieves a parked call",
    run: async (bed) => {
      await park(bed, 30_000);
      await bed.pause(300);
      await retrieve(bed, "1005", parker);
      await bed.pause(500);
      await hangUp(bed);
      return {
        ...expected,
        numbers: { ...expected.numbers, "1005": [parker.number, null] },
        devices: { ...expected.devices, "1005": device.calls },
        occurrences: parkingOccurrences(parker, "unParkedCall"),
      };
    },
  },
  {
    name: "EV8 a parked call times out and rings at the agent again",
    run: async (bed) => {
      await park(bed, 2000);
      const call = await bed.phone("1003").rings();
      await bed.expectStates("the agent ringing");
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("talking again", { shows: { "1003": { ...parker } } });
      await hangUp(bed);
      return {
        ...expected,
        numbers: { "1003": [parker.number, null, parker.number, null] },
        devices: { "1003": [...device.answers, ...device.answers] },
        occurrences: parkingOccurrences(parker, "parkedCallTimeOut"),
      };
    },
  },
  {
    name: "EV8 the caller of a parked call hangs up",
    run: async (bed) => {
      await park(bed, 30_000);
      await bed.pause(300);
      await hangUp(bed);
      return { ...expected, occurrences: parkingOccurrences(parker, "parkedCallGiveUp") };
    },
  },
  {
    name: "EV22 a call that was parked before a cut of AMI is known after it, and another connector knows it",
    run: async (bed) => {
      await park(bed, 60_000);
      await whileDisconnected(bed, async () => undefined);
      await bed.expectStates("parked, after the cut");
      await restartConnectors(bed);
      await bed.expectStates("parked, another connector");
      await hangUp(bed);
      return { ...expected, occurrences: parkingOccurrences(parker, "parkedCallGiveUp") };
    },
  },
  {
    name: "EV22 a call that is parked, and one that hangs up, while AMI is cut",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", parker, "1003");
      const [caller = ""] = await bed.carrierChannels();
      await whileDisconnected(bed, async () => {
        await amiAction(bed, "Park", { Channel: caller, Timeout: "60000", Parkinglot: "default" });
        await agentLeg.hangup();
      });
      await bed.expectStates("parked during the cut");
      await whileDisconnected(bed, () => bed.carrier.hangupAll());
      await bed.expectStates("gone during the cut");
      return { ...expected, occurrences: [], occurrencesMayBe: [completed("1003", "sales", {})] };
    },
  },
  {
    name: "EV22 an attended transfer to the parking lot parks the caller, not the agent",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", parker, "1003");
      await agentLeg.hold();
      const consultation = bed.phone("1003").call("700");
      await consultation.until("up");
      await bed.pause(300);
      await agentLeg.referTo(consultation);
      await bed.pause(300);
      await bed.phone("1003").hangupAll();
      await bed.expectStates("the caller parked");
      const [parked] = await bed.ami().list("ParkedCalls");
      expectThat(`the trunk's channel is parked: ${parked?.ParkeeChannel}`, !!parked?.ParkeeChannel?.includes("trunk"));
      await retrieve(bed, "1005", parker);
      await hangUp(bed);
      return {
        ...expected,
        numbers: { "1003": /.*/, "1005": [parker.number, null] },
        devices: { "1003": ["ringing", "inuse", "onhold", "not_inuse"], "1005": device.calls },
        occurrences: [],
        occurrencesMayBe: [
          completed("1003", "sales", {}),
          { type: "parkedCall", parkingSpace },
          { type: "unParkedCall", parkingSpace },
          { type: "parkedCallGiveUp", parkingSpace },
        ],
      };
    },
  },
  {
    name: "EV8 an agent parks a call by REFER to 700 and retrieves it",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", parker, "1003");
      await agentLeg.refer("700");
      await bed.expectStates("parked, the agent hears the announcement");
      await agentLeg.hangup();
      await bed.expectStates("the agent idle");
      const call = await retrieve(bed, "1003", parker);
      await bed.pause(500);
      await hangUp(bed, call);
      return {
        ...expected,
        numbers: { "1003": [parker.number, null, parker.number, null] },
        devices: { "1003": [...device.answers, ...device.calls] },
        occurrences: parkingOccurrences(parker, "unParkedCall"),
      };
    },
  },
];
