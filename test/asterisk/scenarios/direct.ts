/** Calls without a queue, and queue calls by unusual ways. */
import {
  answer,
  answeredQueueCall,
  type Caller,
  completed,
  connectCall,
  connectQueueCall,
  device,
  hangUp,
  type Scenario,
} from "./scenario.ts";

const victor = { number: "+14155550160", name: "Victor" };
/** Shown as dialed: nothing says that the 9 before the carrier's number is a prefix. */
const dialed = "914155557777";

const originate = { Channel: "PJSIP/1001", Context: "from-agents", Exten: "1005", Priority: "1", Async: "true" };

export const direct: readonly Scenario[] = [
  {
    name: "EV13 one agent calls another",
    run: async (bed) => {
      const call = bed.phone("1001").call("1005");
      const other = await bed.phone("1005").rings();
      await bed.expectStates("ringing, without a number");
      await bed.pause(300);
      await other.answer();
      await call.until("up");
      await bed.expectStates("talking", {
        shows: {
          "1001": { number: "1005", queue: null },
          "1005": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await bed.pause(500);
      await hangUp(bed, call);
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": device.calls, "1005": device.answers },
      };
    },
  },
  {
    name: "EV13 an agent calls an outside number",
    run: async (bed) => {
      const call = bed.phone("1002").call(dialed);
      const other = await bed.carrier.rings();
      await bed.pause(500);
      await other.answer();
      await call.until("up");
      await bed.expectStates("talking", { shows: { "1002": { number: dialed, queue: null } } });
      await bed.pause(500);
      await hangUp(bed, other);
      return {
        numbers: { "1002": [dialed, null] },
        devices: { "1002": device.calls },
      };
    },
  },
  {
    name: "EV13 a caller dials an agent's extension",
    run: async (bed) => {
      await connectCall(bed, "1005", victor, "1005");
      await bed.expectStates("talking", { shows: { "1005": { ...victor, queue: null } } });
      await bed.pause(500);
      await hangUp(bed);
      return {
        numbers: { "1005": [victor.number, null] },
        devices: { "1005": device.answers },
      };
    },
  },
  {
    name: "EV13 a queue calls its members through Local channels, and the second answers",
    run: async (bed) => {
      bed.carrier.call("5003", victor);
      await bed.phone("1005").rings();
      await bed.expectStates("the first ringing", { shows: { "1005": { ...victor, queue: "vip" } } });
      const secondShown = { shows: { "1006": { ...victor, queue: "vip" } } };
      const call = await bed.phone("1006").rings();
      await bed.expectStates("the second ringing", secondShown);
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("the second talking", secondShown);
      await bed.pause(1000);
      await hangUp(bed);
      return {
        numbers: { "1005": [victor.number, null], "1006": [victor.number, null] },
        counts: { vip: [1, 0] },
        devices: { "1005": device.onlyRings, "1006": device.answers },
        occurrences: [completed("1006", "vip", { talkTime: 1, holdTime: 6, reason: "caller" })],
      };
    },
  },
  {
    name: "EV2 a member without a hint answers a queue call",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "load", victor, "1007");
      await bed.pause(700);
      await hangUp(bed, agentLeg);
      return answeredQueueCall("load", "1007", victor, { talkTime: 1, holdTime: 1, reason: "agent" });
    },
  },
  {
    name: "EV13 an agent who spies on a call (ChanSpy) is not a party to it",
    run: async (bed) => {
      const { callerLeg, talking } = await connectQueueCall(bed, "sales", victor, "1003");
      const spy = bed.phone("1005").call("*551003");
      await spy.until("up");
      await bed.pause(500);
      await bed.expectStates("talking, with a spy", talking);
      await spy.hangup();
      await bed.expectStates("talking, without the spy", talking);
      await hangUp(bed, callerLeg);
      return {
        ...answeredQueueCall("sales", "1003", victor, { holdTime: 1, reason: "caller" }),
        devices: { "1003": device.answers, "1005": device.calls },
      };
    },
  },
  withoutNumber("with a withheld number", { number: "anonymous", name: "Anonymous" }),
  withoutNumber("without any number", { number: "", name: "" }),
  {
    name: "EV13 an agent calls a queue",
    run: async (bed) => {
      const call = bed.phone("1005").call("5002");
      const caller = { number: "1005", name: "Eve Agent", queue: "sales" };
      const agentLeg = await bed.phone("1003").rings();
      await bed.expectStates("the other agent ringing", { shows: { "1003": caller } });
      await agentLeg.answer();
      await bed.expectStates("talking", {
        shows: { "1003": caller, "1005": { number: "1003", name: "Cid Agent" } },
      });
      await bed.pause(700);
      await hangUp(bed, call);
      return {
        numbers: { "1003": ["1005", null], "1005": ["1003", null] },
        counts: { sales: [1, 0] },
        devices: { "1003": device.answers, "1005": device.calls },
        occurrences: [completed("1003", "sales", { talkTime: 1, holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "EV13 Originate calls an agent and then another",
    run: async (bed) => {
      await bed.ami().action("Originate", { ...originate, CallerID: '"Click" <1005>', Timeout: "5000" });
      const first = await bed.phone("1001").rings();
      await bed.expectStates("the first ringing");
      await first.answer();
      await answer(bed, "1005");
      await bed.expectStates("talking", {
        shows: { "1001": { number: "1005", queue: null }, "1005": { number: "1001" } },
      });
      await bed.pause(500);
      await hangUp(bed, first);
      return {
        numbers: { "1001": ["1005", null], "1005": ["1001", null] },
        devices: { "1001": device.answers, "1005": device.answers },
      };
    },
  },
  {
    name: "EV7 Originate calls a busy agent",
    run: async (bed) => {
      bed.phone("1001").reject(486);
      const channelId = `lab-${Date.now()}`;
      const response = await bed.ami().action("Originate", { ...originate, ChannelId: channelId });
      await bed.expectStates("after the rejection");
      return {
        devicesMayBe: ["1001"],
        occurrences: [{ type: "originateFailed", actionId: response.ActionID ?? "", reason: /^(busy|failed)$/ }],
      };
    },
  },
];

function withoutNumber(what: string, caller: Caller): Scenario {
  return {
    name: `EV4 a caller ${what} is shown as unknown`,
    run: async (bed) => {
      await connectCall(bed, "5002", caller, "1003");
      await bed.expectStates("talking", { shows: { "1003": { number: "unknown", queue: "sales" } } });
      await hangUp(bed);
      return answeredQueueCall("sales", "1003", { number: "unknown" }, { holdTime: 1, reason: "caller" });
    },
  };
}
