/** Queue calls that somebody answers, and how they end. */
import { completed, connectCall, type Scenario } from "./scenario.ts";

const alice = { number: "+14155550100", name: "Alice Caller" };
const amber = { number: "+14155550101", name: "Amber" };

export const answered: readonly Scenario[] = [
  {
    name: "answered, the caller hangs up",
    run: async (bed) => {
      bed.carrier.call("5002", alice);
      const call = await bed.phone("1003").rings();
      await bed.expectStates("while it rings", { shows: { "1003": { ...alice, queue: "sales" } } });
      await bed.pause(300);
      await call.answer();
      await bed.expectStates("while they talk", { shows: { "1003": { ...alice, queue: "sales" } } });
      await bed.pause(1500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [alice.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { talkTime: 2, holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "answered, the agent hangs up; another agent rang as well",
    run: async (bed) => {
      const { agentLeg } = await connectCall(bed, "5001", amber, "1001");
      await bed.expectStates("while they talk", { shows: { "1001": { ...amber, queue: "support" } } });
      await bed.pause(1000);
      await agentLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [amber.number, null], "1002": [amber.number, null] },
        counts: { support: [1, 0] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"], "1002": ["ringing", "not_inuse"] },
        occurrences: [completed("1001", "support", { talkTime: 1, holdTime: 1, reason: "agent" })],
      };
    },
  },
  {
    name: "two callers, two agents, one queue",
    run: async (bed) => {
      const first = await connectCall(bed, "5001", alice, "1001");
      await bed.pause(300);
      const second = await connectCall(bed, "5001", amber, "1002");
      await bed.expectStates("while both talk", {
        shows: { "1001": { ...alice, queue: "support" }, "1002": { ...amber, queue: "support" } },
      });
      await second.callerLeg.hangup();
      await bed.expectStates("one is left", { shows: { "1001": { ...alice, queue: "support" } } });
      await first.callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [alice.number, null], "1002": [alice.number, null, amber.number, null] },
        counts: { support: [1, 0, 1, 0] },
        devices: {
          "1001": ["ringing", "inuse", "not_inuse"],
          "1002": ["ringing", "not_inuse", "ringing", "inuse", "not_inuse"],
        },
        occurrences: [
          completed("1001", "support", { holdTime: 1, reason: "caller" }),
          completed("1002", "support", { holdTime: 1, reason: "caller" }),
        ],
      };
    },
  },
  {
    name: "two callers wait, the longest wait is told",
    run: async (bed) => {
      const ami = bed.ami();
      for (const agent of ["1001", "1002"])
        await ami.action("QueuePause", { Queue: "support", Interface: `PJSIP/${agent}`, Paused: "true" });
      const first = bed.carrier.call("5001", alice);
      await first.until("up");
      await bed.pause(2000);
      const second = bed.carrier.call("5001", amber);
      await second.until("up");
      await bed.pause(800);
      await bed.expectStates("while two wait");
      await first.hangup();
      await bed.expectStates("the second waits on");
      await second.hangup();
      await bed.expectStates("afterwards");
      return {
        counts: { support: [1, 2, 1, 0] },
        members: { "1001@support": ["paused"], "1002@support": ["paused"] },
      };
    },
  },
  {
    name: "two calls at once for one agent",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", alice, "1003");
      await bed.pause(300);
      const direct = bed.carrier.call("1003", amber);
      const second = await bed.phone("1003").rings();
      await bed.expectStates("a second call rings", { shows: { "1003": { ...alice, queue: "sales" } } });
      await agentLeg.hold();
      await second.answer();
      await bed.expectStates("talking to the second", { shows: { "1003": { ...amber, queue: null } } });
      await bed.pause(500);
      await direct.hangup();
      await bed.expectStates("the first is left, on hold", {
        shows: { "1003": { ...alice, queue: "sales" } },
        onHold: ["1003"],
      });
      await agentLeg.unhold();
      await bed.expectStates("the first is taken back", { shows: { "1003": { ...alice, queue: "sales" } } });
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [alice.number, amber.number, alice.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "ringinuse", "inuse", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
];
