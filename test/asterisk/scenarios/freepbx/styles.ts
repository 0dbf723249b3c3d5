/** Agents whose phone has another name than they: other people's styles of members, extensions and queues. */

import type { AmiPacket } from "../../ami.ts";
import type { TestBed } from "../../test-bed.ts";
import { done, expectCommand } from "../expect-command.ts";
import { amiAction, answer, connectCall, hangUp, type Scenario } from "../scenario.ts";
import { completed, expectDone, expectNoCall, interruptions, olga, rang, wazo } from "./steps.ts";

const south = "vertrieb/süd 50%";

async function addSix(bed: TestBed): Promise<void> {
  await amiAction(bed, "QueueAdd", {
    Queue: "ext",
    Interface: "Local/1006@from-queue/n",
    MemberName: "Six",
    StateInterface: "hint:1006@ext-local",
  });
}

export const styles: readonly Scenario[] = [
  {
    name: "EV13 CM10 freepbx: an agent whose phone has another name has the call, until the phone transfers it",
    run: async (bed) => {
      bed.phone("1003").reject(486);
      const { agentLeg } = await connectCall(bed, "402", olga, "webrtc-1007");
      const call = { ...olga, queue: south };
      const talking = { shows: { "1007": call, "webrtc-1007": call } };
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await agentLeg.refer("1004");
      await answer(bed, "1004");
      await bed.expectStates("the second agent talking", { shows: { "1004": { ...olga } } });
      for (const agent of ["1007", "webrtc-1007"]) await expectNoCall(bed, agent);
      await hangUp(bed);
      return {
        counts: { [south]: [1, 0] },
        numbers: {
          "1003": rang,
          "1004": [olga.number, null],
          "1007": [olga.number, null],
          "webrtc-1007": [olga.number, null],
        },
        devicesMayBe: ["1003", "1004", "1007", "webrtc-1007"],
        occurrences: [completed("1007", south)],
      };
    },
  },
  {
    name: "CM4 CM6 freepbx: commands for an agent and a queue with such names",
    run: async (bed) => {
      bed.phone("1003").reject(486);
      const member = { queue: south, agent: "1007" };
      const queues = done({ queues: [south] });
      await expectCommand(bed, { type: "queuePause", ...member, reason: "Küche" }, queues);
      await bed.expectStates("paused");
      await expectCommand(bed, { type: "queuePause", ...member, paused: false }, queues);
      await expectCommand(bed, { type: "queueReset", queue: south }, queues);
      await bed.expectStates("unpaused");
      const { agentLeg, callerLeg } = await connectCall(bed, "402", olga, "webrtc-1007");
      const call = { ...olga, queue: south };
      await bed.expectStates("talking", { shows: { "1007": call, "webrtc-1007": call } });
      await expectDone(bed, { type: "hangup", agent: "1007" });
      await Promise.all([agentLeg.until("ended"), callerLeg.until("ended")]);
      await bed.expectStates("after the hang-up");
      return {
        counts: { [south]: [1, 0] },
        numbers: { "1003": rang, "1007": [olga.number, null], "webrtc-1007": [olga.number, null] },
        devicesMayBe: ["1003", "1007", "webrtc-1007"],
        occurrences: [completed("1007", south)],
      };
    },
  },
  {
    name: "EV13 freepbx: an agent who answers at the second phone of an extension has the call",
    run: async (bed) => {
      await addSix(bed);
      const { agentLeg } = await connectCall(bed, "414", olga, "alice.smith");
      const call = { ...olga, queue: "ext" };
      const talking = { shows: { "1006": call, "alice.smith": call } };
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await agentLeg.refer("1004");
      await answer(bed, "1004");
      await bed.expectStates("the second agent talking", { shows: { "1004": { ...olga } } });
      for (const agent of ["1006", "alice.smith"]) await expectNoCall(bed, agent);
      await hangUp(bed);
      return {
        counts: { ext: [1, 0] },
        numbers: {
          "00385911": rang,
          "1004": [olga.number, null],
          "1006": [olga.number, null],
          "alice.smith": [olga.number, null],
        },
        devicesMayBe: ["00385911", "1004", "1006", "alice.smith"],
        occurrences: [completed("1006", "ext")],
      };
    },
  },
  {
    name: "EV13 freepbx: agents of the pool wait without a call, and have the queue's call at the phone that is logged in",
    run: async (bed) => {
      const isReady = ({ Device, State }: AmiPacket) => `${Device} ${State}` === "Agent:1005 NOT_INUSE";
      const ready = bed.ami().event("1005 is ready", isReady);
      const login = bed.phone("1005").call("*11");
      const other = bed.phone("1010").call("*11");
      await Promise.all([login.until("up"), other.until("up"), ready]);
      await bed.expectStates("two agents logged in to the pool");
      for (const agent of ["1005", "1010"]) await expectNoCall(bed, agent);
      await interruptions["another connector"](bed);
      await bed.expectStates("still logged in to the pool");
      for (const agent of ["1005", "1010"]) await expectNoCall(bed, agent);
      const connected = bed.ami().event("the call is connected", ({ Event }) => Event === "AgentConnect");
      const callerLeg = bed.carrier.call("403", olga);
      await connected;
      const talking = { shows: { "1005": { ...olga, queue: "pool" } } };
      await bed.expectStates("talking", talking);
      await interruptions["another connector"](bed);
      await bed.expectStates("still talking", talking);
      await callerLeg.hangup();
      await bed.expectStates("back in the pool");
      await Promise.all([login.hangup(), other.hangup()]);
      await bed.expectStates("logged out");
      return {
        counts: { pool: [1, 0] },
        numbers: { "1005": [olga.number, null] },
        devicesMayBe: ["1005", "1010", ...wazo],
        occurrences: [completed("1005", "pool")],
      };
    },
  },
];
