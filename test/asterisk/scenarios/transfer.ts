/** Calls that are handed on to another agent, in every way that there is. */
import { answeredCall, completed, type Scenario } from "./scenario.ts";

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
    play: async (stage) => {
      await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      const [caller = ""] = await stage.carrierChannels();
      const redirect = { Channel: caller, Context: "agents", Exten: "1005", Priority: "1" };
      await stage.ami().action("Redirect", redirect);
      const call = await stage.phone("1005").rings();
      await stage.settled("the first is free, the second rings");
      await call.answer();
      await stage.settled("the second talks", second);
      await stage.pause(2500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      await inside.refer("1005");
      const call = await stage.phone("1005").rings();
      await stage.settled("the first is free, the second rings");
      await call.answer();
      await stage.settled("the second talks", second);
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        ...handedOn,
        numbers: { "1003": [rita.number, null], "1005": [rita.number, null] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "transfer" })],
      };
    },
  },
  {
    name: "blind transfer into another queue (REFER)",
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      await inside.refer("5001");
      const call = await stage.phone("1001").rings();
      const inSupport = { ...rita, queue: "support" };
      await stage.settled("the other queue's agents ring", { shows: { "1001": inSupport, "1002": inSupport } });
      await call.answer();
      await stage.settled("one of them talks", { shows: { "1001": inSupport } });
      await stage.pause(800);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const call = stage.phone("1003").call("914155557777");
      const other = await stage.carrier.rings();
      await other.answer();
      await call.until("up");
      await stage.settled("while they talk", { shows: { "1003": { number: "914155557777", queue: null } } });
      const [outside = ""] = await stage.carrierChannels();
      const away = { Context: "queues", Exten: "5009", Priority: "1" };
      const extra = { ExtraChannel: outside, ExtraContext: "queues", ExtraExten: "5009", ExtraPriority: "1" };
      await stage.ami().action("Redirect", { Channel: await stage.channelOf("1003"), ...away, ...extra });
      await stage.settled("nobody talks, no channel has ended");
      await call.hangup();
      await stage.settled("one is gone");
      await other.hangup();
      await stage.settled("afterwards");
      return { numbers: { "1003": ["914155557777", null] }, devices: { "1003": ["inuse", "not_inuse"] } };
    },
  },
  {
    name: "a ringing call is picked up by another agent",
    play: async (stage) => {
      stage.carrier.call("1003", rita);
      await stage.phone("1003").rings();
      await stage.settled("the one rings");
      const pickup = stage.phone("1005").call("*81003");
      await pickup.until("up");
      await stage.settled("the other talks", { shows: { "1005": { ...rita, queue: null } } });
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1005": [rita.number, null] },
        devices: { "1003": ["ringing", "not_inuse"], "1005": ["inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "attended transfer by AMI Atxfer",
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      const agent = await stage.channelOf("1003");
      await stage.ami().action("Atxfer", { Channel: agent, Exten: "1005", Context: "from-agents" });
      const call = await stage.phone("1005").rings();
      await stage.pause(300);
      await call.answer();
      await stage.pause(300);
      await stage.settled("the two agents consult", {
        shows: { "1003": { number: "1005" }, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await inside.hangup();
      await stage.settled("the second talks to the caller", second);
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      const agent = await stage.channelOf("1003");
      await stage.ami().action("Atxfer", { Channel: agent, Exten: "1005", Context: "from-agents" });
      await stage.phone("1005").answer();
      await stage.pause(300);
      const consulting = { shows: { "1003": { number: "1005" }, "1005": { number: "1003" } } };
      await stage.settled("the two agents consult", consulting);
      await stage.carrier.hangup();
      await stage.settled("they talk on", consulting);
      await inside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5002", rita, "1003");
      await stage.settled("the first talks", first);
      await inside.hold();
      await stage.settled("the caller waits", { ...first, onHold: ["1003"] });
      const consultation = stage.phone("1003").call("1005");
      const call = await stage.phone("1005").rings();
      await stage.pause(300);
      await call.answer();
      await consultation.until("up");
      await stage.settled("the two agents consult", {
        shows: {
          "1003": { number: "1005", queue: null },
          "1005": { number: "1003", name: "Cid Agent", queue: null },
        },
      });
      await inside.referTo(consultation);
      await stage.settled("the second talks to the caller", second);
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        ...handedOn,
        devices: { ...handedOn.devices, "1003": ["ringing", "inuse", "onhold", "inuse", "not_inuse"] },
        numbers: {
          // Asterisk takes the caller off hold before it joins the two, which brings that call to the fore for a moment.
          "1003": /^\+14155550140 1005 (\+14155550140 )?null$/,
          "1005": ["1003", rita.number, null],
        },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "transfer" })],
      };
    },
  },
];
