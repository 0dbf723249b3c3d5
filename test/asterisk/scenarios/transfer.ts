/** Calls that are transferred to another agent, in every way that Asterisk and phones offer. */
import type { TestBed } from "../test-bed.ts";
import { answer, answeredQueueCall, completed, connectQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550140", name: "Rita" };
/** The queue of a transferred call is not compared: it may or may not be shown. */
const secondTalking = { shows: { "1005": { ...rita } } };

/** The stream of a queue call that 1003 answers and transfers to 1005. */
const transferred = {
  ...answeredQueueCall("sales", "1003", rita, { holdTime: 1, reason: "transfer" }),
  numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
  devices: { "1003": device.answers, "1005": device.answers },
};

/** Of the first agent with the caller, and of the second one. */
const firstTalk = (talk: number, hold = 0) => ({ agent: "1003", queue: "sales", reason: "transfer", talk, hold });
const secondTalk = (talk: number) => ({ agent: "1005", queue: null, reason: "caller", talk });
/** Of the two agents with each other. */
const talksOfBoth = (talk: number, reason: string) => [
  { agent: "1003", queue: null, reason, talk },
  { agent: "1005", queue: null, reason: "caller or transfer", talk },
];

async function waitForBlindTransfer(bed: TestBed): Promise<void> {
  const call = await bed.phone("1005").rings();
  await bed.expectStates("the first agent idle, the second ringing");
  await call.answer();
  await bed.expectStates("the second agent talking", secondTalking);
}

async function startAtxfer(bed: TestBed): Promise<void> {
  const agent = await bed.channelOf("1003");
  await bed.ami().action("Atxfer", { Channel: agent, Exten: "1005", Context: "from-agents" });
}

export const transfer: readonly Scenario[] = [
  {
    name: "EV13 a blind transfer by AMI Redirect",
    run: async (bed) => {
      await connectQueueCall(bed, "sales", rita, "1003");
      const [caller = ""] = await bed.carrierChannels();
      await bed.ami().action("Redirect", { Channel: caller, Context: "agents", Exten: "1005", Priority: "1" });
      await waitForBlindTransfer(bed);
      await bed.pause(2500);
      await hangUp(bed);
      return {
        ...transferred,
        // Asterisk sends AgentComplete only when the caller hangs up, with a talk time that lasts until then.
        occurrences: [completed("1003", "sales", { holdTime: 1, talkTime: 0 })],
        talks: [firstTalk(0), secondTalk(2500)],
      };
    },
  },
  {
    name: "EV13 a blind transfer by REFER",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await agentLeg.refer("1005");
      await waitForBlindTransfer(bed);
      await bed.pause(2000);
      await hangUp(bed);
      return { ...transferred, talks: [firstTalk(0), secondTalk(2000)] };
    },
  },
  {
    name: "EV13 a blind transfer by REFER into another queue",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await agentLeg.refer("5001");
      const call = await bed.phone("1001").rings();
      const inSupport = { ...rita, queue: "support" };
      await bed.expectStates("the other queue's agents ringing", { shows: { "1001": inSupport, "1002": inSupport } });
      await call.answer();
      await bed.expectStates("one of them talking", { shows: { "1001": inSupport } });
      await bed.pause(800);
      await hangUp(bed);
      return {
        numbers: { "1003": [rita.number, null], "1001": [rita.number, null], "1002": [rita.number, null] },
        counts: { sales: [1, 0], support: [1, 0] },
        devices: { "1003": device.answers, "1001": device.answers, "1002": device.onlyRings },
        occurrences: [
          completed("1003", "sales", { holdTime: 1, reason: "transfer" }),
          completed("1001", "support", { talkTime: 1, reason: "caller" }),
        ],
        talks: [firstTalk(0), { agent: "1001", queue: "support", reason: "caller", talk: 800 }],
      };
    },
  },
  {
    name: "EV13 both parties of a call are redirected apart",
    run: async (bed) => {
      const call = bed.phone("1003").call("914155557777");
      const other = await bed.carrier.rings();
      await other.answer();
      await call.until("up");
      await bed.expectStates("talking", { shows: { "1003": { number: "914155557777", queue: null } } });
      const [trunk = ""] = await bed.carrierChannels();
      const target = { Context: "queues", Exten: "5009", Priority: "1" };
      const extra = { ExtraChannel: trunk, ExtraContext: "queues", ExtraExten: "5009", ExtraPriority: "1" };
      await bed.ami().action("Redirect", { Channel: await bed.channelOf("1003"), ...target, ...extra });
      await bed.expectStates("both waiting alone, no channel ended");
      await call.hangup();
      await bed.expectStates("the agent gone");
      await hangUp(bed, other);
      return { numbers: { "1003": ["914155557777", null] }, devices: { "1003": device.calls } };
    },
  },
  {
    name: "EV13 another agent picks up a ringing call",
    run: async (bed) => {
      bed.carrier.call("1003", rita);
      await bed.phone("1003").rings();
      await bed.expectStates("the first agent ringing");
      const pickup = bed.phone("1005").call("*81003");
      await pickup.until("up");
      await bed.expectStates("the other agent talking", { shows: { "1005": { ...rita, queue: null } } });
      await bed.pause(500);
      await hangUp(bed);
      return {
        numbers: { "1005": [rita.number, null] },
        devices: { "1003": device.onlyRings, "1005": device.calls },
      };
    },
  },
  {
    name: "EV13 an attended transfer by AMI Atxfer",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await startAtxfer(bed);
      await answer(bed, "1005");
      await bed.pause(2500);
      await bed.expectStates("the agents consulting", {
        shows: { "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await agentLeg.hangup();
      await bed.expectStates("the second agent talking to the caller", secondTalking);
      await bed.pause(500);
      await hangUp(bed);
      return {
        ...transferred,
        // While Asterisk dials the second agent, it holds the caller on behalf of the first.
        devices: { ...transferred.devices, "1003": device.answersAndHolds },
        numbers: { "1003": [rita.number, "1005", null], "1005": ["1003", rita.number, null] },
        // In Asterisk it is a race whether the transfer or the agent's hang-up ends the call.
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: /^(transfer|agent)$/ })],
        talks: [firstTalk(0, 2800), ...talksOfBoth(2500, "transfer"), secondTalk(500)],
      };
    },
  },
  {
    name: "EV13 the caller hangs up while the agents consult",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "sales", rita, "1003");
      await startAtxfer(bed);
      await bed.phone("1005").answer();
      await bed.pause(300);
      const consulting = { shows: { "1003": { number: "1005" }, "1005": { number: "1003" } } };
      await bed.expectStates("the agents consulting", consulting);
      await bed.carrier.hangup();
      await bed.expectStates("the agents still talking", consulting);
      await hangUp(bed, agentLeg);
      return {
        ...transferred,
        devices: { "1003": device.answersAndHolds, "1005": device.calls },
        numbers: { "1003": [rita.number, "1005", null], "1005": ["1003", null] },
        occurrences: [completed("1003", "sales", { holdTime: 1 })],
        talks: [
          { agent: "1003", queue: "sales", reason: "caller", talk: 0, hold: 300 },
          { agent: "1003", queue: null, reason: "agent", talk: 300 },
          { agent: "1005", queue: null, reason: "caller", talk: 300 },
        ],
      };
    },
  },
  {
    name: "EV13 an attended transfer by REFER with Replaces",
    run: async (bed) => {
      const { agentLeg, talking } = await connectQueueCall(bed, "sales", rita, "1003");
      await agentLeg.hold();
      await bed.expectStates("the caller on hold", { ...talking, onHold: ["1003"] });
      const consultation = bed.phone("1003").call("1005");
      await answer(bed, "1005");
      await consultation.until("up");
      await bed.expectStates("the agents consulting", {
        shows: {
          "1003": { number: "1005", queue: null },
          "1005": { number: "1003", name: "Cid Agent", queue: null },
        },
      });
      await agentLeg.referTo(consultation);
      await bed.expectStates("the second agent talking to the caller", secondTalking);
      await bed.pause(500);
      await hangUp(bed);
      return {
        ...transferred,
        devices: { ...transferred.devices, "1003": device.answersAndHolds },
        numbers: {
          // Asterisk resumes the caller's call before it joins the two, so that the agent shows it for a moment.
          "1003": /^\+14155550140 1005 (\+14155550140 )?null$/,
          "1005": ["1003", rita.number, null],
        },
        talks: [firstTalk(0, 300), ...talksOfBoth(0, "transfer or agent"), secondTalk(500)],
      };
    },
  },
];
