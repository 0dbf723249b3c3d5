/** Calls that are handed on to another agent, in every way that there is. */
import { completed, connectCall, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550140", name: "Rita" };
const first = { shows: { "1003": { ...rita, queue: "sales" } } };
/** Whether the queue of a call that was handed on is still told is left open. */
const second = { shows: { "1005": { ...rita } } };

/** The first agent is free from the transfer on; the caller goes on to 1005. */
const handedOn = {
  counts: { sales: [1, 0] },
  devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
};

export const transfer: readonly Scenario[] = [
  {
    name: "blind transfer by AMI Redirect",
    run: async (bed) => {
      await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      const [caller = ""] = await bed.carrierChannels();
      const redirect = { Channel: caller, Context: "agents", Exten: "1005", Priority: "1" };
      await bed.ami().action("Redirect", redirect);
      const call = await bed.phone("1005").rings();
      await bed.expectStates("the first is free, the second rings");
      await call.answer();
      await bed.expectStates("the second talks", second);
      await bed.pause(2500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
        // Asterisk tells it only when the caller is gone for good, with a time that goes on until then.
        occurrences: [completed("1003", "sales", { holdTime: 1, talkTime: 0 })],
      };
    },
  },
  {
    name: "blind transfer by the phone (REFER)",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      await agentLeg.refer("1005");
      const call = await bed.phone("1005").rings();
      await bed.expectStates("the first is free, the second rings");
      await call.answer();
      await bed.expectStates("the second talks", second);
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "transfer" })],
      };
    },
  },
  {
    name: "blind transfer into another queue (REFER)",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      await agentLeg.refer("5001");
      const call = await bed.phone("1001").rings();
      const inSupport = { ...rita, queue: "support" };
      await bed.expectStates("the other queue's agents ring", { shows: { "1001": inSupport, "1002": inSupport } });
      await call.answer();
      await bed.expectStates("one of them talks", { shows: { "1001": inSupport } });
      await bed.pause(800);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [rita.number, null], "1001": [rita.number, null], "1002": [rita.number, null] },
        counts: { sales: [1, 0], support: [1, 0] },
        devices: {
          "1003": ["ringing", "inuse", "not_inuse"],
          "1001": ["ringing", "inuse", "not_inuse"],
          "1002": ["ringing", "not_inuse"],
        },
        occurrences: [
          // The other queue's recording may have begun before 16 tells of the first call's end: then its file is named.
          { ...completed("1003", "sales", { holdTime: 1, reason: "transfer" }), recording: /\.wav$/ },
          { ...completed("1001", "support", { talkTime: 1, reason: "caller" }), recording: /\.wav$/ },
        ],
      };
    },
  },
  {
    name: "both parties are redirected away, and wait apart from each other",
    run: async (bed) => {
      const call = bed.phone("1003").call("914155557777");
      const other = await bed.carrier.rings();
      await other.answer();
      await call.until("up");
      await bed.expectStates("while they talk", { shows: { "1003": { number: "914155557777", queue: null } } });
      const [callerLeg = ""] = await bed.carrierChannels();
      const away = { Context: "queues", Exten: "5009", Priority: "1" };
      const extra = { ExtraChannel: callerLeg, ExtraContext: "queues", ExtraExten: "5009", ExtraPriority: "1" };
      await bed.ami().action("Redirect", { Channel: await bed.channelOf("1003"), ...away, ...extra });
      await bed.expectStates("nobody talks, no channel has ended");
      await call.hangup();
      await bed.expectStates("one is gone");
      await other.hangup();
      await bed.expectStates("afterwards");
      return { numbers: { "1003": ["914155557777", null] }, devices: { "1003": ["inuse", "not_inuse"] } };
    },
  },
  {
    name: "a ringing call is picked up by another agent",
    run: async (bed) => {
      bed.carrier.call("1003", rita);
      await bed.phone("1003").rings();
      await bed.expectStates("the one rings");
      const pickup = bed.phone("1005").call("*81003");
      await pickup.until("up");
      await bed.expectStates("the other talks", { shows: { "1005": { ...rita, queue: null } } });
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1005": [rita.number, null] },
        devices: { "1003": ["ringing", "not_inuse"], "1005": ["inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "attended transfer by AMI Atxfer",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      const agent = await bed.channelOf("1003");
      await bed.ami().action("Atxfer", { Channel: agent, Exten: "1005", Context: "from-agents" });
      const call = await bed.phone("1005").rings();
      await bed.pause(300);
      await call.answer();
      await bed.pause(300);
      await bed.expectStates("the two agents consult", {
        shows: { "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await agentLeg.hangup();
      await bed.expectStates("the second talks to the caller", second);
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        // While Asterisk dials the second agent it holds the caller on the first one's behalf.
        devices: { ...handedOn.devices, "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"] },
        numbers: { "1003": [rita.number, "1005", null], "1005": ["1003", rita.number, null] },
        // Whether the transfer or the agent's hang-up ended the call is a race within Asterisk.
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: /^(transfer|agent)$/ })],
      };
    },
  },
  {
    name: "the caller hangs up while the agents consult (Atxfer)",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      const agent = await bed.channelOf("1003");
      await bed.ami().action("Atxfer", { Channel: agent, Exten: "1005", Context: "from-agents" });
      await bed.phone("1005").answer();
      await bed.pause(300);
      const consulting = { shows: { "1003": { number: "1005" }, "1005": { number: "1003" } } };
      await bed.expectStates("the two agents consult", consulting);
      await bed.carrier.hangup();
      await bed.expectStates("they talk on", consulting);
      await agentLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        devices: {
          "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"],
          "1005": ["inuse", "not_inuse"],
        },
        numbers: { "1003": [rita.number, "1005", null], "1005": ["1003", null] },
        occurrences: [completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
  {
    name: "attended transfer by the phone (REFER with Replaces)",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5002", rita, "1003");
      await bed.expectStates("the first talks", first);
      await agentLeg.hold();
      await bed.expectStates("the caller waits", { ...first, onHold: ["1003"] });
      const consultation = bed.phone("1003").call("1005");
      const call = await bed.phone("1005").rings();
      await bed.pause(300);
      await call.answer();
      await consultation.until("up");
      await bed.expectStates("the two agents consult", {
        shows: {
          "1003": { number: "1005", queue: null },
          "1005": { number: "1003", name: "Cid Agent", queue: null },
        },
      });
      await agentLeg.referTo(consultation);
      await bed.expectStates("the second talks to the caller", second);
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        ...handedOn,
        devices: { ...handedOn.devices, "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"] },
        numbers: {
          // Asterisk takes the caller off hold before it joins the two, which brings that call to the fore for a
          // moment.
          "1003": /^\+14155550140 1005 (\+14155550140 )?null$/,
          "1005": ["1003", rita.number, null],
        },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "transfer" })],
      };
    },
  },
];
