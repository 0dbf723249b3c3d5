/** Queue calls that an agent answers, and how they end. */
import {
  answeredQueueCall,
  completed,
  connectCall,
  connectQueueCall,
  device,
  hangUp,
  pauseMember,
  type Scenario,
} from "./scenario.ts";

const alice = { number: "+14155550100", name: "Alice Caller" };
const amber = { number: "+14155550101", name: "Amber" };

export const answered: readonly Scenario[] = [
  {
    name: "EV6 a caller ends an answered call",
    run: async (bed) => {
      const shown = { shows: { "1003": { ...alice, queue: "sales" } } };
      bed.carrier.call("5002", alice);
      const call = await bed.phone("1003").rings();
      await bed.expectStates("ringing", shown);
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("talking", shown);
      await bed.pause(1500);
      await hangUp(bed);
      const stream = answeredQueueCall("sales", "1003", alice, { talkTime: 2, holdTime: 1, reason: "caller" });
      return { ...stream, talks: [{ agent: "1003", queue: "sales", reason: "caller", talk: 1500 }] };
    },
  },
  {
    name: "EV6 an agent ends an answered call that also rang at another agent",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "support", amber, "1001");
      await bed.pause(1000);
      await hangUp(bed, agentLeg);
      return {
        numbers: { "1001": [amber.number, null], "1002": [amber.number, null] },
        counts: { support: [1, 0] },
        devices: { "1001": device.answers, "1002": device.onlyRings },
        occurrences: [completed("1001", "support", { talkTime: 1, holdTime: 1, reason: "agent" })],
        talks: [{ agent: "1001", queue: "support", reason: "agent", talk: 1000 }],
      };
    },
  },
  {
    name: "two callers of one queue talk to two agents",
    run: async (bed) => {
      const first = await connectCall(bed, "5001", alice, "1001");
      await bed.pause(300);
      const second = await connectCall(bed, "5001", amber, "1002");
      await bed.expectStates("both talking", {
        shows: { "1001": { ...alice, queue: "support" }, "1002": { ...amber, queue: "support" } },
      });
      await second.callerLeg.hangup();
      await bed.expectStates("one talking", { shows: { "1001": { ...alice, queue: "support" } } });
      await hangUp(bed, first.callerLeg);
      return {
        numbers: { "1001": [alice.number, null], "1002": [alice.number, null, amber.number, null] },
        counts: { support: [1, 0, 1, 0] },
        devices: { "1001": device.answers, "1002": [...device.onlyRings, ...device.answers] },
        occurrences: [
          completed("1001", "support", { holdTime: 1, reason: "caller" }),
          completed("1002", "support", { holdTime: 1, reason: "caller" }),
        ],
      };
    },
  },
  {
    name: "EV5 the queue count has the longest wait of two waiting callers",
    run: async (bed) => {
      for (const agent of ["1001", "1002"] as const) await pauseMember(bed, "support", agent);
      const first = bed.carrier.call("5001", alice);
      await first.until("up");
      await bed.pause(2000);
      const second = bed.carrier.call("5001", amber);
      await second.until("up");
      await bed.pause(800);
      await bed.expectStates("two waiting");
      await first.hangup();
      await bed.expectStates("the second waiting");
      await hangUp(bed, second);
      return {
        counts: { support: [1, 2, 1, 0] },
        members: { "1001@support": ["paused"], "1002@support": ["paused"] },
      };
    },
  },
  {
    name: "EV13 an agent with two calls shows the active one",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", alice, "1003");
      const withFirst = { shows: { "1003": { ...alice, queue: "sales" } } };
      await bed.pause(300);
      const secondCaller = bed.carrier.call("1003", amber);
      const second = await bed.phone("1003").rings();
      await bed.expectStates("a second call ringing", withFirst);
      await agentLeg.hold();
      await second.answer();
      await bed.expectStates("talking to the second caller", { shows: { "1003": { ...amber, queue: null } } });
      await bed.pause(500);
      await secondCaller.hangup();
      await bed.expectStates("the first call still on hold", { ...withFirst, onHold: ["1003"] });
      await agentLeg.unhold();
      await bed.expectStates("talking to the first caller", withFirst);
      await hangUp(bed, callerLeg);
      return {
        numbers: { "1003": [alice.number, amber.number, alice.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "ringinuse", "inuse", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
];
