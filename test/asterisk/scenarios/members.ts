/** EV3 queue memberships: members that are added and removed, pauses, and phones that come and go. */
import type { AgentNumber } from "../installation.ts";
import {
  amiAction,
  answer,
  answeredQueueCall,
  connectQueueCall,
  device,
  hangUp,
  pauseMember,
  type Queue,
  type Scenario,
} from "./scenario.ts";

const dora = { number: "+14155550120", name: "Dora" };

const member = (queue: Queue, agent: AgentNumber) => ({ Queue: queue, Interface: `PJSIP/${agent}` });

const line = "member => PJSIP/1006,4,Fay Agent\n";
const withMember = (text: string) => text.replace("[sales]\n", `[sales]\n${line}`);
const withoutMember = (text: string) => text.replace(line, "");

export const members: readonly Scenario[] = [
  {
    name: "EV14 a pause applies to one queue and not to the other",
    run: async (bed) => {
      await amiAction(bed, "QueueAdd", { ...member("sales", "1001"), MemberName: "Ann Agent", Penalty: "2" });
      await bed.expectStates("added to a second queue");
      await pauseMember(bed, "support", "1001", { Reason: "Lunch break" });
      await bed.expectStates("paused in one");
      await pauseMember(bed, "support", "1001", { Reason: "Meeting: weekly" });
      await bed.expectStates("another reason");
      await pauseMember(bed, "support", "1001", { Paused: "false" });
      await bed.expectStates("unpaused");
      return { members: { "1001@support": ["paused", "not_inuse"], "1001@sales": ["not_inuse"] } };
    },
  },
  {
    name: "EV14 a member by a Local channel has the device state of its state interface",
    run: async (bed) => {
      const fay = { Interface: "Local/1006@agents/n", StateInterface: "PJSIP/1006", MemberName: "Fay Agent" };
      await amiAction(bed, "QueueAdd", { Queue: "sales", ...fay });
      await bed.expectStates("added");
      const call = bed.phone("1001").call("1006");
      const other = await bed.phone("1006").rings();
      await bed.expectStates("ringing");
      await other.answer();
      await call.until("up");
      await bed.expectStates("talking", {
        shows: {
          "1001": { number: "1006", queue: null },
          "1006": { number: "1001", name: "Ann Agent", queue: null },
        },
      });
      await hangUp(bed, call);
      await amiAction(bed, "QueueRemove", { Queue: "sales", Interface: fay.Interface });
      await bed.expectStates("removed");
      return {
        numbers: { "1001": ["1006", null], "1006": ["1001", null] },
        devices: { "1001": device.calls, "1006": device.answers },
        members: { "1006@sales": ["not_inuse", "ringing", "inuse", "not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "EV14 an agent who is paused in all queues makes a call",
    run: async (bed) => {
      await amiAction(bed, "QueueAdd", { ...member("sales", "1002"), MemberName: "Bob Agent" });
      await bed.expectStates("added to a second queue");
      await amiAction(bed, "QueuePause", { Interface: "PJSIP/1002", Paused: "true", Reason: "Training" });
      await bed.expectStates("paused in all");
      const call = bed.phone("1002").call("1005");
      await answer(bed, "1005");
      await call.until("up");
      await bed.expectStates("paused and talking", {
        shows: {
          "1002": { number: "1005", queue: null },
          "1005": { number: "1002", name: "Bob Agent", queue: null },
        },
      });
      await hangUp(bed, call);
      await amiAction(bed, "QueuePause", { Interface: "PJSIP/1002", Paused: "false" });
      await bed.expectStates("unpaused in all");
      return {
        numbers: { "1002": ["1005", null], "1005": ["1002", null] },
        devices: { "1002": device.calls, "1005": device.answers },
        members: { "1002@support": ["paused", "not_inuse"], "1002@sales": ["not_inuse", "paused", "not_inuse"] },
      };
    },
  },
  {
    name: "EV3 a dynamic member with a name and a penalty is added and removed",
    run: async (bed) => {
      const eve = member("support", "1005");
      await amiAction(bed, "QueueAdd", { ...eve, MemberName: "Eve Agent", Penalty: "1" });
      await bed.expectStates("added");
      await amiAction(bed, "QueuePenalty", { ...eve, Penalty: "5" });
      await bed.expectStates("penalty changed");
      await amiAction(bed, "QueueRemove", eve);
      await bed.expectStates("removed from one queue, still in the other");
      return { members: { "1005@support": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "EV3 a dynamic member without a name is added with a pause",
    run: async (bed) => {
      const gil = member("vip", "1007");
      await amiAction(bed, "QueueAdd", { ...gil, Paused: "true" });
      await bed.expectStates("added with a pause");
      await amiAction(bed, "QueuePause", { ...gil, Paused: "false" });
      await bed.expectStates("unpaused");
      await amiAction(bed, "QueueRemove", gil);
      await bed.expectStates("removed");
      return { members: { "1007@vip": ["paused", "not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "EV3 an agent logs on and off by dialing",
    run: async (bed) => {
      bed.phone("1006").call("*45");
      await bed.pause(500);
      await bed.expectStates("logged on");
      bed.phone("1006").call("*46");
      await bed.pause(500);
      await bed.expectStates("logged off");
      return {
        // The phone is in use only while the dialplan runs, which may or may not be received.
        devices: { "1006": [] },
        members: { "1006@sales": ["not_inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "EV6 the call of a member who is removed while talking is completed",
    run: async (bed) => {
      await amiAction(bed, "QueueAdd", { ...member("load", "1005"), MemberName: "Eve Agent" });
      await bed.expectStates("added");
      const { callerLeg, talking } = await connectQueueCall(bed, "load", dora, "1005");
      await amiAction(bed, "QueueRemove", member("load", "1005"));
      await bed.expectStates("removed, still talking", talking);
      await bed.pause(500);
      await hangUp(bed, callerLeg);
      return {
        ...answeredQueueCall("load", "1005", dora, { holdTime: 1, reason: "caller" }),
        members: { "1005@load": ["not_inuse", "ringing", "inuse", "loggedoff"] },
      };
    },
  },
  {
    name: "EV2 a phone unregisters and registers again",
    run: async (bed) => {
      // Under load Asterisk takes longer than the check waits.
      const away = bed
        .ami()
        .event("1003 is away", ({ Device, State }) => `${Device} ${State}` === "PJSIP/1003 UNAVAILABLE");
      await bed.phone("1003").unregister();
      await away;
      await bed.expectStates("unregistered");
      await bed.phone("1003").register();
      await bed.expectStates("registered again");
      return { devices: { "1003": ["unavailable", "not_inuse"] } };
    },
  },
  {
    name: "EV3 a static member is added and removed by a reload of app_queue",
    run: async (bed) => {
      // Asterisk sends one Reload event and nothing about the members.
      await bed.lab.edit("queues.conf", withMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("static member added");
      await bed.lab.edit("queues.conf", withoutMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("static member removed");
      return { members: { "1006@sales": ["not_inuse", "loggedoff"] } };
    },
  },
  {
    name: "EV3 a static member that queue reload all adds is found by its next device state",
    run: async (bed) => {
      // Asterisk sends nothing about this reload.
      await bed.lab.edit("queues.conf", withMember);
      await bed.ami().command("queue reload all");
      await bed.phone("1006").unregister();
      await bed.expectStates("static member added, its phone unregistered");
      await bed.phone("1006").register();
      await bed.expectStates("its phone registered again");
      await bed.lab.edit("queues.conf", withoutMember);
      await bed.ami().command("module reload app_queue.so");
      await bed.expectStates("static member removed");
      return {
        devices: { "1006": ["unavailable", "not_inuse"] },
        // The lists that the restored files before this scenario cause to be read may have the new member already.
        members: { "1006@sales": /^(?:not_inuse )?unavailable not_inuse loggedoff$/ },
      };
    },
  },
];
