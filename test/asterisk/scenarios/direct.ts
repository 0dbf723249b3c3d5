/** Calls that no queue knows of, and calls by roundabout ways. */
import { completed, connectCall, type Scenario } from "./scenario.ts";

const victor = { number: "+14155550160", name: "Victor" };
/** As dialed: what is in front of the carrier's number is not known to be a prefix. */
const dialed = "914155557777";

export const direct: readonly Scenario[] = [
  {
    name: "one agent calls another",
    run: async (bed) => {
      const call = bed.phone("1001").call("1005");
      const other = await bed.phone("1005").rings();
      await bed.expectStates("while it rings, nobody shows a number");
      await bed.pause(300);
      await other.answer();
      await call.until("up");
      await bed.expectStates("while they talk", {
        shows: {
          "1001": { number: "1005", queue: null },
          "1005": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await bed.pause(500);
      await call.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": ["inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "an agent calls out",
    run: async (bed) => {
      const call = bed.phone("1002").call(dialed);
      const other = await bed.carrier.rings();
      await bed.pause(500);
      await other.answer();
      await call.until("up");
      await bed.expectStates("while they talk", { shows: { "1002": { number: dialed, queue: null } } });
      await bed.pause(500);
      await other.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1002": [dialed, null] },
        devices: { "1002": ["inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "a caller dials an agent directly",
    run: async (bed) => {
      await connectCall(bed, "1005", victor, "1005");
      await bed.expectStates("while they talk", { shows: { "1005": { ...victor, queue: null } } });
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1005": [victor.number, null] },
        devices: { "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "members behind Local channels, the first does not answer",
    run: async (bed) => {
      bed.carrier.call("5003", victor);
      await bed.phone("1005").rings();
      await bed.expectStates("the first rings", { shows: { "1005": { ...victor, queue: "vip" } } });
      const call = await bed.phone("1006").rings(7000);
      await bed.expectStates("the second rings", { shows: { "1006": { ...victor, queue: "vip" } } });
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("the second talks", { shows: { "1006": { ...victor, queue: "vip" } } });
      await bed.pause(1000);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      await connectCall(bed, "5005", victor, "1007");
      await bed.expectStates("while they talk", { shows: { "1007": { ...victor, queue: "load" } } });
      await bed.pause(700);
      await bed.phone("1007").hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const { callerLeg } = await connectCall(bed, "5002", victor, "1003");
      const talking = { shows: { "1003": { ...victor, queue: "sales" } } };
      await bed.expectStates("talking", talking);
      const spy = bed.phone("1005").call("*551003");
      await spy.until("up");
      await bed.pause(500);
      await bed.expectStates("talking, and listened to: a spy is no party (EV13)", talking);
      await spy.hangup();
      await bed.expectStates("the spy has left", talking);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      await connectCall(bed, "5002", { number: "anonymous", name: "Anonymous" }, "1003");
      await bed.expectStates("while they talk", { shows: { "1003": { number: "unknown", queue: "sales" } } });
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      await connectCall(bed, "5002", { number: "", name: "" }, "1003");
      await bed.expectStates("while they talk", { shows: { "1003": { number: "unknown", queue: "sales" } } });
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const call = bed.phone("1005").call("5002");
      const fay = { number: "1005", name: "Eve Agent", queue: "sales" };
      const agentLeg = await bed.phone("1003").rings();
      await bed.expectStates("the other agent rings", { shows: { "1003": fay } });
      await agentLeg.answer();
      await bed.expectStates("they talk", { shows: { "1003": fay, "1005": { number: "1003", name: "Cid Agent" } } });
      await bed.pause(700);
      await call.hangup();
      await bed.expectStates("afterwards");
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
    run: async (bed) => {
      const originate = { Channel: "PJSIP/1001", Context: "from-agents", Exten: "1005", Priority: "1", Async: "true" };
      await bed.ami().action("Originate", { ...originate, CallerID: '"Click" <1005>', Timeout: "5000" });
      const first = await bed.phone("1001").rings();
      await bed.expectStates("the first rings");
      await first.answer();
      const second = await bed.phone("1005").rings();
      await bed.pause(300);
      await second.answer();
      await bed.expectStates("they talk", {
        shows: { "1001": { number: "1005", queue: null }, "1005": { number: "1001" } },
      });
      await bed.pause(500);
      await first.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "Asterisk calls an agent who is busy (EV7)",
    run: async (bed) => {
      bed.phone("1001").reject(486);
      const originate = { Channel: "PJSIP/1001", Context: "from-agents", Exten: "1005", Priority: "1", Async: "true" };
      const channelId = `lab-${Date.now()}`;
      const answer = await bed.ami().action("Originate", { ...originate, ChannelId: channelId });
      await bed.expectStates("afterwards");
      return {
        devicesMayBe: ["1001"],
        occurrences: [{ type: "originateFailed", actionId: answer.ActionID ?? "", reason: /^(busy|failed)$/ }],
      };
    },
  },
];
