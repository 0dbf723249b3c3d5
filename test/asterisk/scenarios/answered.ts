/** Queue calls that somebody answers, and how they end. */
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const alice = { number: "+14155550100", name: "Alice Caller" };
const amber = { number: "+14155550101", name: "Amber" };

export const answered: readonly Scenario[] = [
  {
    name: "answered, the caller hangs up",
    play: async (stage) => {
      stage.carrier.call("5002", alice);
      const call = await stage.phone("1003").rings();
      await stage.settled("while it rings", { shows: { "1003": { ...alice, queue: "sales" } } });
      await stage.pause(300);
      await call.answer();
      await stage.settled("while they talk", { shows: { "1003": { ...alice, queue: "sales" } } });
      await stage.pause(1500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { inside } = await answeredCall(stage, "5001", amber, "1001");
      await stage.settled("while they talk", { shows: { "1001": { ...amber, queue: "support" } } });
      await stage.pause(1000);
      await inside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const first = await answeredCall(stage, "5001", alice, "1001");
      await stage.pause(300);
      const second = await answeredCall(stage, "5001", amber, "1002");
      await stage.settled("while both talk", {
        shows: { "1001": { ...alice, queue: "support" }, "1002": { ...amber, queue: "support" } },
      });
      await second.outside.hangup();
      await stage.settled("one is left", { shows: { "1001": { ...alice, queue: "support" } } });
      await first.outside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const ami = stage.ami();
      for (const agent of ["1001", "1002"])
        await ami.action("QueuePause", { Queue: "support", Interface: `PJSIP/${agent}`, Paused: "true" });
      const first = stage.carrier.call("5001", alice);
      await first.until("up");
      await stage.pause(2000);
      const second = stage.carrier.call("5001", amber);
      await second.until("up");
      await stage.pause(800);
      await stage.settled("while two wait");
      await first.hangup();
      await stage.settled("the second waits on");
      await second.hangup();
      await stage.settled("afterwards");
      return {
        counts: { support: [1, 2, 1, 0] },
        members: { "1001@support": ["paused"], "1002@support": ["paused"] },
      };
    },
  },
  {
    name: "two calls at once for one agent",
    play: async (stage) => {
      const { outside, inside } = await answeredCall(stage, "5002", alice, "1003");
      await stage.pause(300);
      const direct = stage.carrier.call("1003", amber);
      const second = await stage.phone("1003").rings();
      await stage.settled("a second call rings", { shows: { "1003": { ...alice, queue: "sales" } } });
      await inside.hold();
      await second.answer();
      await stage.settled("talking to the second", { shows: { "1003": { ...amber, queue: null } } });
      await stage.pause(500);
      await direct.hangup();
      await stage.settled("the first is left, on hold", {
        shows: { "1003": { ...alice, queue: "sales" } },
        onHold: ["1003"],
      });
      await inside.unhold();
      await stage.settled("the first is taken back", { shows: { "1003": { ...alice, queue: "sales" } } });
      await outside.hangup();
      await stage.settled("afterwards");
      return {
        numbers: { "1003": [alice.number, amber.number, alice.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "ringinuse", "inuse", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
];
