/** Who is a member of which queue, who is paused, and whose phone is there at all. */
import type { AgentNumber } from "../config.ts";
import type { Stage } from "../stage.ts";
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const dora = { number: "+14155550120", name: "Dora" };

async function act(stage: Stage, action: string, fields: Record<string, string>): Promise<void> {
  const answer = await stage.ami().action(action, fields);
  if (answer.Response !== "Success") throw new Error(`${action}: ${answer.Message}`);
}

const member = (queue: string, agent: AgentNumber) => ({ Queue: queue, Interface: `PJSIP/${agent}` });

const line = "member => PJSIP/1006,4,Fay Agent\n";
const withMember = (text: string) => text.replace("[sales]\n", `[sales]\n${line}`);
const withoutMember = (text: string) => text.replace(line, "");

export const members: readonly Scenario[] = [
  {
    name: "paused in one queue, not in the other (EV14)",
    play: async (stage) => {
      await act(stage, "QueueAdd", { ...member("sales", "1001"), MemberName: "Ann Agent", Penalty: "2" });
      await stage.settled("added to a second queue");
      await act(stage, "QueuePause", { ...member("support", "1001"), Paused: "true", Reason: "Lunch break" });
      await stage.settled("paused in one");
      await act(stage, "QueuePause", { ...member("support", "1001"), Paused: "true", Reason: "Meeting: weekly" });
      await stage.settled("another reason");
      await act(stage, "QueuePause", { ...member("support", "1001"), Paused: "false" });
      await stage.settled("back");
      return { members: { "1001@support": ["paused", "not_inuse"], "1001@sales": ["not_inuse"] } };
    },
  },
  {
    name: "a member by a Local channel, whose phone tells its state",
    play: async (stage) => {
      const fay = { Interface: "Local/1006@agents/n", StateInterface: "PJSIP/1006", MemberName: "Fay Agent" };
      await act(stage, "QueueAdd", { Queue: "sales", ...fay });
      await stage.settled("added");
      const call = stage.phone("1001").call("1006");
      const other = await stage.phone("1006").rings();
      await stage.settled("the phone rings");
      await other.answer();
      await call.until("up");
      await stage.settled("they talk", {
        shows: {
          "1001": { number: "1006", queue: null },
          "1006": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await call.hangup();
      await stage.settled("free again");
      await act(stage, "QueueRemove", { Queue: "sales", Interface: fay.Interface });
      await stage.settled("removed");
      return {
        numbers: { "1001": ["1006", null], "1006": ["1001", null] },
        devices: { "1001": ["inuse", "not_inuse"], "1006": ["ringing", "inuse", "not_inuse"] },
        members: { "1006@sales": ["not_inuse", "ringing", "inuse", "not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "paused in all queues, with a call meanwhile",
    play: async (stage) => {
      await act(stage, "QueueAdd", { ...member("sales", "1002"), MemberName: "Bob Agent" });
      await stage.settled("added to a second queue");
      await act(stage, "QueuePause", { Interface: "PJSIP/1002", Paused: "true", Reason: "Training" });
      await stage.settled("paused in all");
      const call = stage.phone("1002").call("1005");
      await stage.phone("1005").rings();
      await stage.pause(300);
      await stage.phone("1005").answer();
      await call.until("up");
      await stage.settled("paused and talking", {
        shows: {
          "1002": { number: "1005", queue: null },
          "1005": { number: "1002", name: "Bob Agent", queue: null },
        },
      });
      await call.hangup();
      await stage.settled("paused and free again");
      await act(stage, "QueuePause", { Interface: "PJSIP/1002", Paused: "false" });
      await stage.settled("back in all");
      return {
        numbers: { "1002": ["1005", null], "1005": ["1002", null] },
        devices: { "1002": ["inuse", "not_inuse"], "1005": ["ringing", "inuse", "not_inuse"] },
        members: { "1002@support": ["paused", "not_inuse"], "1002@sales": ["not_inuse", "paused", "not_inuse"] },
      };
    },
  },
  {
    name: "a dynamic member with name and penalty comes and goes",
    play: async (stage) => {
      await act(stage, "QueueAdd", { ...member("support", "1005"), MemberName: "Eve Agent", Penalty: "1" });
      await stage.settled("added");
      await act(stage, "QueuePenalty", { ...member("support", "1005"), Penalty: "5" });
      await stage.settled("another penalty");
      await act(stage, "QueueRemove", member("support", "1005"));
      await stage.settled("removed from one, still in the other (EV14)");
      return { members: { "1005@support": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "a dynamic member without a name, paused from the start",
    play: async (stage) => {
      await act(stage, "QueueAdd", { ...member("vip", "1007"), Paused: "true" });
      await stage.settled("added, paused");
      await act(stage, "QueuePause", { ...member("vip", "1007"), Paused: "false" });
      await stage.settled("unpaused");
      await act(stage, "QueueRemove", member("vip", "1007"));
      await stage.settled("removed");
      return { members: { "1007@vip": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "an agent logs on and off from the phone",
    play: async (stage) => {
      stage.phone("1006").call("*45");
      await stage.pause(500);
      await stage.settled("logged on");
      stage.phone("1006").call("*46");
      await stage.pause(500);
      await stage.settled("logged off");
      return {
        // The phone is in use for as long as the dialplan takes, if it is seen at all.
        devices: { "1006": [] },
        members: { "1006@sales": ["not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "removed while talking, the call is completed all the same",
    play: async (stage) => {
      await act(stage, "QueueAdd", { ...member("load", "1005"), MemberName: "Eve Agent" });
      await stage.settled("added");
      const { outside } = await answeredCall(stage, "5005", dora, "1005");
      await stage.settled("talking", { shows: { "1005": { ...dora, queue: "load" } } });
      await act(stage, "QueueRemove", member("load", "1005"));
      await stage.settled("removed, talking on", { shows: { "1005": { ...dora, queue: "load" } } });
      await stage.pause(500);
      await outside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      await stage.phone("1003").unregister();
      await stage.settled("gone");
      await stage.phone("1003").register();
      await stage.settled("back");
      return { devices: { "1003": ["unavailable", "not_inuse"] } };
    },
  },
  {
    name: "a static member more, then less, by a reload of the module",
    play: async (stage) => {
      // Asterisk tells of this reload by one `Reload` event and of the members not at all.
      await stage.lab.edit("queues.conf", withMember);
      await stage.ami().command("module reload app_queue.so");
      await stage.settled("a static member more");
      await stage.lab.edit("queues.conf", withoutMember);
      await stage.ami().command("module reload app_queue.so");
      await stage.settled("a static member less");
      return { members: { "1006@sales": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "a static member more by queue reload all",
    play: async (stage) => {
      // Of this reload Asterisk tells nothing; the new member shows itself by its next change of status.
      await stage.lab.edit("queues.conf", withMember);
      await stage.ami().command("queue reload all");
      await stage.phone("1006").unregister();
      await stage.settled("a static member more, its phone gone");
      await stage.phone("1006").register();
      await stage.settled("its phone is back");
      await stage.lab.edit("queues.conf", withoutMember);
      await stage.ami().command("module reload app_queue.so");
      await stage.settled("a static member less");
      return {
        devices: { "1006": ["unavailable", "not_inuse"] },
        members: { "1006@sales": ["unavailable", "not_inuse", "loggedoff"] },
      };
    },
  },
];
