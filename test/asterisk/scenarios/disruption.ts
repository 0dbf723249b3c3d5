/** ST3 interruptions between the connector and Asterisk, after which all states must be correct again. */
import { expectLink, restartConnectors, whileDisconnected } from "./interruption.ts";
import {
  answeredQueueCall,
  completed,
  connectCall,
  connectQueueCall,
  hangUp,
  pauseMember,
  type Scenario,
} from "./scenario.ts";

const nora = { number: "+14155550170", name: "Nora" };
const wanda = { number: "+14155550171", name: "Wanda" };
const talking = { shows: { "1003": { ...nora, queue: "sales" } } };
const expected = answeredQueueCall("sales", "1003", nora, { holdTime: 1, reason: "caller" });

export const disruption: readonly Scenario[] = [
  {
    name: "ST3 AMI is cut while an agent talks and a caller waits",
    run: async (bed) => {
      await pauseMember(bed, "support", "1002");
      const { callerLeg } = await connectCall(bed, "5001", nora, "1001");
      const waiting = bed.carrier.call("5001", wanda);
      await waiting.until("up");
      await bed.pause(800);
      const inSupport = { shows: { "1001": { ...nora, queue: "support" } } };
      await bed.expectStates("one talking, one waiting", inSupport);
      await whileDisconnected(bed, async () => {});
      await bed.expectStates("the same after the cut", inSupport);
      await waiting.hangup();
      await bed.expectStates("no caller waiting", inSupport);
      await hangUp(bed, callerLeg);
      return {
        ...answeredQueueCall("support", "1001", nora, { holdTime: 1, reason: "caller" }),
        counts: { support: [1, 0, 1, 0] },
        members: { "1002@support": ["paused"] },
      };
    },
  },
  {
    name: "ST3 a call ends while AMI is cut",
    run: async (bed) => {
      const { callerLeg } = await connectQueueCall(bed, "sales", nora, "1003");
      await whileDisconnected(bed, () => callerLeg.hangup());
      await bed.expectStates("the call has ended");
      return { ...expected, occurrences: [] };
    },
  },
  {
    name: "ST3 a ringing call is answered while AMI is cut",
    run: async (bed) => {
      bed.carrier.call("5002", nora);
      const call = await bed.phone("1003").rings();
      await bed.expectStates("ringing", talking);
      await whileDisconnected(bed, () => call.answer());
      await bed.expectStates("talking", talking);
      await bed.pause(500);
      await hangUp(bed);
      // Nobody saw how the wait ended.
      return { ...expected, waitEnds: { sales: ["unknown"] } };
    },
  },
  {
    name: "ST3 AMI is cut while an agent holds a call",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", nora, "1003");
      const onHold = { ...talking, onHold: ["1003"] };
      await agentLeg.hold();
      await bed.expectStates("on hold", onHold);
      await whileDisconnected(bed, async () => {});
      await bed.expectStates("still on hold", onHold);
      await agentLeg.unhold();
      await bed.expectStates("talking again", talking);
      await hangUp(bed, callerLeg);
      return { ...expected, devices: { "1003": ["ringing", "onhold", "inuse", "not_inuse"] } };
    },
  },
  {
    name: "ST3 members, pauses and callers change while AMI is cut",
    run: async (bed) => {
      await pauseMember(bed, "support", "1001", { Reason: "Lunch" });
      await pauseMember(bed, "support", "1002");
      const first = bed.carrier.call("5001", nora);
      await first.until("up");
      await bed.pause(600);
      await bed.expectStates("one waiting");
      await whileDisconnected(bed, async () => {
        await pauseMember(bed, "support", "1001", { Reason: "Meeting" });
        const added = { Queue: "support", Interface: "PJSIP/1005", Penalty: "3", Paused: "true" };
        await bed.ami().action("QueueAdd", added);
        await bed.phone("1006").unregister();
        await first.hangup();
        for (const caller of [wanda, nora]) {
          const waiting = bed.carrier.call("5001", caller);
          await waiting.until("up");
          await bed.pause(600);
        }
      });
      await bed.expectStates("two others waiting");
      await bed.carrier.hangupAll();
      await bed.expectStates("nobody waiting");
      return {
        // Both hang up at the same time: the count of one may or may not be received.
        counts: { support: /^1 2 (1 )?0$/ },
        waitEnds: { support: ["unknown", "abandoned", "abandoned"] },
        devices: { "1006": ["unavailable"] },
        members: { "1001@support": ["paused"], "1002@support": ["paused"], "1005@support": ["paused"] },
      };
    },
  },
  {
    name: "UP4 the connector is killed and restarted while an agent talks",
    run: async (bed) => {
      const { callerLeg } = await connectQueueCall(bed, "sales", nora, "1003");
      await restartConnectors(bed);
      await bed.expectStates("talking as before", talking);
      await hangUp(bed, callerLeg);
      return expected;
    },
  },
  {
    name: "ST3 Asterisk restarts while an agent talks",
    run: async (bed) => {
      const fay = { Queue: "load", Interface: "PJSIP/1006", MemberName: "Fay Agent", Paused: "true" };
      await bed.ami().action("QueueAdd", fay);
      await connectQueueCall(bed, "sales", nora, "1003");
      // Asterisk closes the connection instead of a response.
      await bed
        .ami()
        .command("core restart now")
        .catch(() => "");
      await expectLink(bed, "down");
      await bed.reconnect();
      await expectLink(bed, "up");
      await bed.expectStates("after the restart");
      return {
        ...expected,
        // Asterisk keeps dynamic members and their pauses over a restart.
        members: { "1006@load": ["paused"] },
        occurrences: [],
        occurrencesMayBe: [completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];
