/** Who is a member of which queue, who is paused, and whose phone is there at all. */
import type { AgentNumber } from "../config.ts";
import type { TestBed } from "../test-bed.ts";
import { completed, connectCall, type Scenario } from "./scenario.ts";

const dora = { number: "+14155550120", name: "Dora" };

async function act(bed: TestBed, action: string, fields: Record<string, string>): Promise<void> {
  const answer = await bed.ami().action(action, fields);
  if (answer.Response !== "Success") throw new Error(`${action}: ${answer.Message}`);
}

const member = (queue: string, agent: AgentNumber) => ({ Queue: queue, Interface: `PJSIP/${agent}` });

const line = "member => PJSIP/1006,4,Fay Agent\n";
const withMember = (text: string) => text.replace("[sales]\n", `[sales]\n${line}`);
const withoutMember = (text: string) => text.replace(line, "");

export const members: readonly Scenario[] = [
  {
    name: "paused in one queue, not in the other (EV14)",
    run: async (bed) => {
      await act(bed, "QueueAdd", { ...member("sales", "1001"), MemberName: "Ann Agent", Penalty: "2" });
      await bed.expectStates("added to a second queue");
      await act(bed, "QueuePause", { ...member("support", "1001"), Paused: "true", Reason: "Lunch break" });
      await bed.expectStates("paused in one");
      await act(bed, "QueuePause", { ...member("support", "1001"), Paused: "true", Reason: "Meeting: weekly" });
      await bed.expectStates("another reason");
      await act(bed, "QueuePause", { ...member("support", "1001"), Paused: "false" });
      await bed.expectStates("back");
      return { members: { "1001@support": ["paused", "not_inuse"], "1001@sales": ["not_inuse"] } };
    },
  },
  {
    name: "a member by a Local channel, whose phone tells its state",
    run: async (bed) => {
      const fay = { Interface: "Local/1006@agents/n", StateInterface: "PJSIP/1006", MemberName: "Fay Agent" };
      await act(bed, "QueueAdd", { Queue: "sales", ...fay });
      await bed.expectStates("added");
      const call = bed.phone("1001").call("1006");
      const other = await bed.phone("1006").rings();
      await bed.expectStates("the phone rings");
      await other.answer();
      await call.until("up");
      await bed.expectStates("they talk", {
        shows: {
          "1001": { number: "1006", queue: null },
          "1006": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await call.hangup();
      await bed.expectStates("free again");
      await act(bed, "QueueRemove", { Queue: "sales", Interface: fay.Interface });
      await bed.expectStates("removed");
      return {
        numbers: { "1001": ["1006", null], "1006": ["1001", null] },
        devices: { "1001": ["inuse", "not_inuse"], "1006": ["ringing", "inuse", "not_inuse"] },
        members: { "1006@sales": ["not_inuse", "ringing", "inuse", "not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "paused in all queues, with a call meanwhile",
    run: async (bed) => {
      await act(bed, "QueueAdd", { ...member("sales", "1002"), MemberName: "Bob Agent" });
      await bed.expectStates("added to a second queue");
      await act(bed, "QueuePause", { Interface: "PJSIP/1002", Paused: "true", Reason: "Training" });
      await bed.expectStates("paused in all");
      const call = bed.phone("1002").call("1005");
      await bed.phone("1005").rings();
      await bed.pause(300);
      await bed.phone("1005").answer();
      await call.until("up");
      await bed.expectStates("paused and talking", {
        shows: {
          "1002": { number: "1005", queue: null },
          "1005": { number: "1002", name: "Bob Agent", queue: null },
        },
      });
      await call.hangup();
      await bed.expectStates("paused and free again");
      await act(bed, "QueuePause", { Interface: "PJSIP/1002", Paused: "false" });
      await bed.expectStates("back in all");
      return {
        numbers: { "1002": ["1005", null], "1005": ["1002", null] },
        devices: { "1002": ["inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
        members: { "1002@support": ["paused", "not_inuse"], "1002@sales": ["not_inuse", "paused", "not_inuse"] },
      };
    },
  },
  {
    name: "a dynamic member with name and penalty comes and goes",
    run: async (bed) => {
      await act(bed, "QueueAdd", { ...member("support", "1005"), MemberName: "Eve Agent", Penalty: "1" });
      await bed.expectStates("added");
      await act(bed, "QueuePenalty", { ...member("support", "1005"), Penalty: "5" });
      await bed.expectStates("another penalty");
      await act(bed, "QueueRemove", member("support", "1005"));
      await bed.expectStates("removed from one, still in the other (EV14)");
      return { members: { "1005@support": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "a dynamic member without a name, paused from the start",
    run: async (bed) => {
      await act(bed, "QueueAdd", { ...member("vip", "1007"), Paused: "true" });
      await bed.expectStates("added, paused");
      await act(bed, "QueuePause", { ...member("vip", "1007"), Paused: "false" });
      await bed.expectStates("unpaused");
      await act(bed, "QueueRemove", member("vip", "1007"));
      await bed.expectStates("removed");
      return { members: { "1007@vip": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "an agent logs on and off from the phone",
    run: async (bed) => {
      bed.phone("1006").call("*45");
      await bed.pause(500);
      await bed.expectStates("logged on");
      bed.phone("1006").call("*46");
      await bed.pause(500);
      await bed.expectStates("logged off");
      return {
        // The phone is in use for as long as the dialplan takes, if it is seen at all.
        devices: { "1006": [] },
        members: { "1006@sales": ["not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "removed while talking, the call is completed all the same",
    run: async (bed) => {
      await act(bed, "QueueAdd", { ...member("load", "1005"), MemberName: "Eve Agent" });
      await bed.expectStates("added");
      const { callerLeg } = await connectCall(bed, "5005", dora, "1005");
      await bed.expectStates("talking", { shows: { "1005": { ...dora, queue: "load" } } });
      await act(bed, "QueueRemove", member("load", "1005"));
      await bed.expectStates("removed, talking on", { shows: { "1005": { ...dora, queue: "load" } } });
      await bed.pause(500);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1005": [dora.number, null] },
        counts: { load: [1, 0] },
        devices: { "1005": ["ringing", "inuse", "not_inuse"] },
        members: { "1005@load": ["not_inuse", "ringing", "inuse", "loggedoff"] },
        occurrences: [completed("1005", "load", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "a phone unregisters and comes back",
    run: async (bed) => {
      await bed.phone("1003").unregister();
      await bed.expectStates("gone");
      await bed.phone("1003").register();
      await bed.expectStates("back");
      return { devices: { "1003": ["unavailable", "not_inuse"] } };
    },
  },
  {
    name: "a static member more, then less, by a reload of the module",
    run: async (bed) => {
      // Asterisk tells of this reload by one `Reload` event and of the members not at all.
      await bed.lab.edit("queues.conf", withMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("a static member more");
      await bed.lab.edit("queues.conf", withoutMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("a static member less");
      return { members: { "1006@sales": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "a static member more by queue reload all",
    run: async (bed) => {
      // Of this reload Asterisk tells nothing; the new member shows itself by its next change of status.
      await bed.lab.edit("queues.conf", withMember);
      await bed.ami().command("queue reload all");
      await bed.phone("1006").unregister();
      await bed.expectStates("a static member more, its phone gone");
      await bed.phone("1006").register();
      await bed.expectStates("its phone is back");
      await bed.lab.edit("queues.conf", withoutMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("a static member less");
      return {
        devices: { "1006": ["unavailable", "not_inuse"] },
        members: { "1006@sales": ["unavailable", "not_inuse", "loggedoff"] },
      };
    },
  },
];
