/** Calls that no queue knows of, and calls by roundabout ways. */
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const victor = { number: "+14155550160", name: "Victor" };
/** As dialed: what is in front of the carrier's number is not known to be a prefix. */
const dialed = "914155557777";

export const direct: readonly Scenario[] = [
  {
    name: "one agent calls another",
    play: async (stage) => {
      const call = stage.phone("1001").call("1005");
      const other = await stage.phone("1005").rings();
      await stage.settled("while it rings, nobody shows a number");
      await stage.pause(300);
      await other.answer();
      await call.until("up");
      await stage.settled("while they talk", {
        shows: {
          "1001": { number: "1005", queue: null },
          "1005": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await stage.pause(500);
      await call.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": ["inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "an agent calls out",
    play: async (stage) => {
      const call = stage.phone("1002").call(dialed);
      const other = await stage.carrier.rings();
      await stage.pause(500);
      await other.answer();
      await call.until("up");
      await stage.settled("while they talk", { shows: { "1002": { number: dialed, queue: null } } });
      await stage.pause(500);
      await other.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1002": [dialed, null] },
        devices: { "1002": ["inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "a caller dials an agent directly",
    play: async (stage) => {
      await answeredCall(stage, "1005", victor, "1005");
      await stage.settled("while they talk", { shows: { "1005": { ...victor, queue: null } } });
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1005": [victor.number, null] },
        devices: { "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "members behind Local channels, the first does not answer",
    play: async (stage) => {
      stage.carrier.call("5003", victor);
      await stage.phone("1005").rings();
      await stage.settled("the first rings", { shows: { "1005": { ...victor, queue: "vip" } } });
      const call = await stage.phone("1006").rings(7000);
      await stage.settled("the second rings", { shows: { "1006": { ...victor, queue: "vip" } } });
      await stage.pause(300);
      await call.answer();
      await stage.settled("the second talks", { shows: { "1006": { ...victor, queue: "vip" } } });
      await stage.pause(1000);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1005": [victor.number, null], "1006": [victor.number, null] },
        counts: { vip: [1, 0] },
        devices: { "1005": ["ringing", "not_inuse"], "1006": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1006", "vip", { talkTime: 1, holdTime: 6, reason: "caller" })],
      };
    },
  },
  {
    name: "a member without a hint",
    play: async (stage) => {
      await answeredCall(stage, "5005", victor, "1007");
      await stage.settled("while they talk", { shows: { "1007": { ...victor, queue: "load" } } });
      await stage.pause(700);
      await stage.phone("1007").hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1007": [victor.number, null] },
        counts: { load: [1, 0] },
        devices: { "1007": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1007", "load", { talkTime: 1, holdTime: 1, reason: "agent" })],
      };
    },
  },
  {
    name: "an agent listens in on another (ChanSpy)",
    play: async (stage) => {
      const { outside } = await answeredCall(stage, "5002", victor, "1003");
      const talking = { shows: { "1003": { ...victor, queue: "sales" } } };
      await stage.settled("talking", talking);
      const spy = stage.phone("1005").call("*551003");
      await spy.until("up");
      await stage.pause(500);
      await stage.settled("talking, and listened to: a spy is no party (EV13)", talking);
      await spy.hangup();
      await stage.settled("the spy has left", talking);
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [victor.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "a caller who withholds the number",
    play: async (stage) => {
      await answeredCall(stage, "5002", { number: "anonymous", name: "Anonymous" }, "1003");
      await stage.settled("while they talk", { shows: { "1003": { number: "unknown", queue: "sales" } } });
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": ["unknown", null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "a caller without any number",
    play: async (stage) => {
      await answeredCall(stage, "5002", { number: "", name: "" }, "1003");
      await stage.settled("while they talk", { shows: { "1003": { number: "unknown", queue: "sales" } } });
      await stage.carrier.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": ["unknown", null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "an agent calls a queue",
    play: async (stage) => {
      const call = stage.phone("1005").call("5002");
      const fay = { number: "1005", name: "Eve Agent", queue: "sales" };
      const inside = await stage.phone("1003").rings();
      await stage.settled("the other agent rings", { shows: { "1003": fay } });
      await inside.answer();
      await stage.settled("they talk", { shows: { "1003": fay, "1005": { number: "1003", name: "Cid Agent" } } });
      await stage.pause(700);
      await call.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": ["1005", null], "1005": ["1003", null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"], "1005": ["inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { talkTime: 1, holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "Asterisk calls an agent and then another (Originate)",
    play: async (stage) => {
      const originate = { Channel: "PJSIP/1001", Context: "from-agents", Exten: "1005", Priority: "1", Async: "true" };
      await stage.ami().action("Originate", { ...originate, CallerID: '"Click" <1005>', Timeout: "5000" });
      const first = await stage.phone("1001").rings();
      await stage.settled("the first rings");
      await first.answer();
      const second = await stage.phone("1005").rings();
      await stage.pause(300);
      await second.answer();
      await stage.settled("they talk", {
        shows: { "1001": { number: "1005", queue: null }, "1005": { number: "1001" } },
      });
      await stage.pause(500);
      await first.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "Asterisk calls an agent who is busy (EV7)",
    play: async (stage) => {
      stage.phone("1001").refuse(486);
      const originate = { Channel: "PJSIP/1001", Context: "from-agents", Exten: "1005", Priority: "1", Async: "true" };
      const channelId = `lab-${Date.now()}`;
      const answer = await stage.ami().action("Originate", { ...originate, ChannelId: channelId });
      await stage.settled("afterwards");
      return {
        devicesMayBe: ["1001"],
        occurrences: [{ type: "originateFailed", actionId: answer.ActionID ?? "", reason: /^(busy|failed)$/ }],
      };
    },
  },
];
