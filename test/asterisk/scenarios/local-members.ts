/**
 * Members with Local channels, as FreePBX sets them up: the queue rings `Local/1005@agents/n`, and the phone is behind
 * it. A transfer replaces the phone and leaves the Local channel.
 */
import { done as doneWith, expectCommand, expectThat, failed, fieldOf } from "./expect-command.ts";
import { expectMembership } from "./membership.ts";
import { amiAction, answer, completed, connectQueueCall, device, hangUp, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550145", name: "Rita" };
/** The queue of a transferred call is not compared: it may or may not be shown. */
const secondTalking = { shows: { "1002": { ...rita } } };
const noCall = failed(404, "not_found", /1005/);

export const localMembers: readonly Scenario[] = [
  {
    name: "CM4 a Local member logs on to another queue with the state interface, and is the same member after a log-off",
    run: async (bed) => {
      const member = { queue: "sales", agent: "1005" };
      const asInVip = "Local/1005@agents/n | Eve Agent | hint:1005@agents | ";
      const added = doneWith({ queues: ["sales"] });
      await expectCommand(bed, { type: "queueAdd", ...member, penalty: 4 }, added);
      await expectMembership(bed, "sales", "1005", `${asInVip}4`);
      await bed.expectStates("logged on");
      await expectCommand(bed, { type: "queueRemove", ...member }, added);
      await bed.expectStates("logged off");
      await expectCommand(bed, { type: "queueAdd", ...member }, added);
      await expectMembership(bed, "sales", "1005", `${asInVip}4`);
      await expectCommand(bed, { type: "queueRemove", ...member }, added);
      await bed.expectStates("logged off again");
      return { members: { "1005@sales": ["not_inuse", "loggedoff", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "EV13 a Local member's call is the second agent's after a transfer by REFER",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "vip", rita, "1005");
      await agentLeg.refer("1002");
      await bed.phone("1002").rings();
      await bed.expectStates("the first agent idle, the second ringing");
      await answer(bed, "1002");
      await bed.expectStates("the second agent talking", secondTalking);
      for (const type of ["hangup", "park"]) await expectCommand(bed, { type, agent: "1005" }, noCall);
      await expectCommand(bed, { type: "redirect", agent: "1005", to: "1006" }, noCall);
      await bed.expectStates("the second agent still talking", secondTalking);
      await bed.pause(3000);
      await hangUp(bed);
      return {
        counts: { vip: [1, 0] },
        numbers: { "1005": [rita.number, null], "1002": [rita.number, null] },
        devices: { "1005": device.answers, "1002": device.answers },
        // Asterisk sends AgentComplete at the caller's end, with a talk time until then.
        occurrences: [completed("1005", "vip", { holdTime: 1, talkTime: 1 })],
        talks: [
          { agent: "1005", queue: "vip", reason: "transfer", talk: 0 },
          { agent: "1002", queue: null, reason: "caller", talk: 3000 },
        ],
      };
    },
  },
  {
    name: "CM6 a Local member who transferred a call away has the next one only",
    run: async (bed) => {
      const { agentLeg } = await connectQueueCall(bed, "vip", rita, "1005");
      await agentLeg.refer("1002");
      await answer(bed, "1002");
      await bed.expectStates("the second agent talking", secondTalking);
      const next = bed.phone("1006").call("1005");
      await answer(bed, "1005");
      const both = {
        shows: {
          ...secondTalking.shows,
          "1005": { number: "1006", name: "Fay Agent" },
          "1006": { number: "1005", name: "Eve Agent" },
        },
      };
      await bed.expectStates("the first agent in another call", both);
      const { status, body } = await bed.command({ type: "hangup", agent: "1005" });
      expectThat(`hangup ends the only call: ${status} ${JSON.stringify(body)}`, status === 200);
      await next.until("ended");
      await bed.expectStates("the second agent still talking", secondTalking);
      await hangUp(bed);
      return {
        counts: { vip: [1, 0] },
        numbers: { "1005": [rita.number, null, "1006", null], "1002": [rita.number, null], "1006": ["1005", null] },
        devicesMayBe: ["1002", "1005", "1006"],
        occurrences: [completed("1005", "vip", { holdTime: 1 })],
      };
    },
  },
  {
    name: "EV13 a Local member's ringing call that another agent picks up is that agent's",
    run: async (bed) => {
      bed.carrier.call("5003", rita);
      await bed.phone("1005").rings();
      await bed.pause(400);
      const picker = bed.phone("1003").call("*81005");
      await picker.until("up");
      await bed.expectStates("the picker talking", { shows: { "1003": { ...rita } } });
      await expectCommand(bed, { type: "hangup", agent: "1005" }, noCall);
      await hangUp(bed);
      return {
        counts: { vip: [1, 0] },
        numbers: { "1005": [rita.number, null], "1003": [rita.number, null] },
        devicesMayBe: ["1003", "1005"],
        occurrences: [completed("1003", "vip", {})],
        // Asterisk 16 may report the pickup after the answer.
        ringsMayBeMissed: true,
      };
    },
  },
  {
    name: "AP11 EV13 a call that a mailbox answered behind a Local channel is a difference, and no longer the agent's",
    run: async (bed) => {
      for (const agent of ["1006", "1007"] as const) bed.phone(agent).reject(486);
      const state = { StateInterface: "hint:1006@agents", MemberName: "Fay Agent" };
      await amiAction(bed, "QueueAdd", { Queue: "load", Interface: "Local/1006@mailbox/n", ...state });
      const answered = bed.ami().event("the queue connects the caller", ({ Event }) => Event === "AgentConnect");
      bed.carrier.call("5005", rita);
      await answered;
      await bed.expectStates("connected with the mailbox", { shows: { "1006": { ...rita, queue: "load" } } });
      for (const observer of bed.observers) {
        const { body } = await observer.audit();
        const found = fieldOf(fieldOf(body.result, "audit"), "differences");
        expectThat(`the audit finds it: ${JSON.stringify(body)}`, found === 1);
      }
      await bed.expectStates("after the audit");
      await expectCommand(bed, { type: "hangup", agent: "1006" }, failed(404, "not_found", /1006/));
      await hangUp(bed);
      return {
        // The mailbox answers at once: both may be of one chunk, and then nothing changes.
        counts: { load: /^(1 0)?$/ },
        numbers: { "1006": [rita.number, null], "1007": /.*/ },
        devicesMayBe: ["1006", "1007"],
        occurrences: [completed("1006", "load", {})],
      };
    },
  },
  {
    name: "EV5 a waiting caller whom another AMI client bridges no longer waits",
    run: async (bed) => {
      for (const agent of ["1003", "1004"] as const) bed.phone(agent).reject(486);
      const joined = bed.ami().event("the caller joins", ({ Event }) => Event === "QueueCallerJoin");
      bed.carrier.call("5002", rita);
      await joined;
      await bed.expectStates("waiting");
      const inner = bed.phone("1001").call("1006");
      await answer(bed, "1006");
      await inner.until("up");
      const [caller = ""] = await bed.carrierChannels();
      await amiAction(bed, "Bridge", { Channel1: caller, Channel2: await bed.channelOf("1006"), Tone: "no" });
      await bed.expectStates("bridged", { shows: { "1006": { ...rita } } });
      await hangUp(bed);
      return {
        counts: { sales: [1, 0] },
        numbers: { "1001": /.*/, "1006": /.*/, "1003": /.*/, "1004": /.*/ },
        devicesMayBe: ["1001", "1003", "1004", "1006"],
      };
    },
  },
];
