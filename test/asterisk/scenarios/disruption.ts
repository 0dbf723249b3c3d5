/** What comes between the connector and Asterisk, and that the states are right again afterwards (ST3). */
import { until } from "../../harness/wait.ts";
import type { TestBed } from "../test-bed.ts";
import { completed, connectCall, type Scenario } from "./scenario.ts";

const nora = { number: "+14155550170", name: "Nora" };
const wanda = { number: "+14155550171", name: "Wanda" };

/** Cuts every connector off AMI, has `meanwhile` happen unseen, and lets them back. */
async function whileDisconnected(bed: TestBed, meanwhile: () => Promise<void>): Promise<void> {
  for (const { link } of bed.observers) link.cut("refuse");
  await expectLink(bed, "down", 2000);
  await meanwhile();
  await bed.pause(300);
  for (const { link } of bed.observers) link.accept();
  await expectLink(bed, "up", 20_000);
}

async function expectLink(bed: TestBed, link: "up" | "down" | "offline", timeoutMs: number): Promise<void> {
  const all = () => bed.observers.every(({ client }) => client.record.link === link);
  await until(`every client to be told that the link is ${link}`, all, { timeoutMs });
}

export const disruption: readonly Scenario[] = [
  {
    name: "AMI is cut while an agent talks and a caller waits",
    run: async (bed) => {
      await bed.ami().action("QueuePause", { Queue: "support", Interface: "PJSIP/1002", Paused: "true" });
      const { callerLeg } = await connectCall(bed, "5001", nora, "1001");
      const waiting = bed.carrier.call("5001", wanda);
      await waiting.until("up");
      await bed.pause(800);
      const talking = { shows: { "1001": { ...nora, queue: "support" } } };
      await bed.expectStates("one talks, one waits", talking);
      await whileDisconnected(bed, async () => {});
      await bed.expectStates("the same again", talking);
      await waiting.hangup();
      await bed.expectStates("nobody waits", talking);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1001": [nora.number, null] },
        counts: { support: [1, 0, 1, 0] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"] },
        members: { "1002@support": ["paused"] },
        occurrences: [completed("1001", "support", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "AMI is cut, and a call ends meanwhile",
    run: async (bed) => {
      const { callerLeg } = await connectCall(bed, "5002", nora, "1003");
      await bed.expectStates("talking", { shows: { "1003": { ...nora, queue: "sales" } } });
      await whileDisconnected(bed, () => callerLeg.hangup());
      await bed.expectStates("the call is over");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "AMI is cut while a phone rings, and the call is answered meanwhile",
    run: async (bed) => {
      bed.carrier.call("5002", nora);
      const call = await bed.phone("1003").rings();
      const shown = { shows: { "1003": { ...nora, queue: "sales" } } };
      await bed.expectStates("ringing", shown);
      await whileDisconnected(bed, () => call.answer());
      await bed.expectStates("talking", shown);
      await bed.pause(500);
      await bed.carrier.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "AMI is cut while an agent holds",
    run: async (bed) => {
      const { callerLeg, agentLeg } = await connectCall(bed, "5002", nora, "1003");
      const shown = { shows: { "1003": { ...nora, queue: "sales" } } };
      await agentLeg.hold();
      await bed.expectStates("on hold", { ...shown, onHold: ["1003"] });
      await whileDisconnected(bed, async () => {});
      await bed.expectStates("still on hold", { ...shown, onHold: ["1003"] });
      await agentLeg.unhold();
      await bed.expectStates("talking again", shown);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "onhold", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "AMI is cut, and members, pauses and callers change meanwhile",
    run: async (bed) => {
      const ami = bed.ami();
      await ami.action("QueuePause", { Queue: "support", Interface: "PJSIP/1001", Paused: "true", Reason: "Lunch" });
      await ami.action("QueuePause", { Queue: "support", Interface: "PJSIP/1002", Paused: "true" });
      const gone = bed.carrier.call("5001", nora);
      await gone.until("up");
      await bed.pause(600);
      await bed.expectStates("one waits");
      await whileDisconnected(bed, async () => {
        await ami.action("QueuePause", {
          Queue: "support",
          Interface: "PJSIP/1001",
          Paused: "true",
          Reason: "Meeting",
        });
        await ami.action("QueueAdd", { Queue: "support", Interface: "PJSIP/1005", Penalty: "3", Paused: "true" });
        await bed.phone("1006").unregister();
        await gone.hangup();
        for (const caller of [wanda, nora]) {
          const waiting = bed.carrier.call("5001", caller);
          await waiting.until("up");
          await bed.pause(600);
        }
      });
      await bed.expectStates("two others wait");
      await bed.carrier.hangupAll();
      await bed.expectStates("nobody waits");
      return {
        // Both hang up at once: the one who is left may or may not be seen.
        counts: { support: /^1 2 (1 )?0$/ },
        devices: { "1006": ["unavailable"] },
        members: { "1001@support": ["paused"], "1002@support": ["paused"], "1005@support": ["paused"] },
      };
    },
  },
  {
    name: "the connector is killed while an agent talks, and starts again (UP4)",
    run: async (bed) => {
      const { callerLeg } = await connectCall(bed, "5002", nora, "1003");
      const talking = { shows: { "1003": { ...nora, queue: "sales" } } };
      await bed.expectStates("talking", talking);
      await Promise.all(bed.observers.map((observer) => observer.restartConnector()));
      await expectLink(bed, "offline", 5000);
      await expectLink(bed, "up", 20_000);
      await bed.expectStates("talking as before", talking);
      await callerLeg.hangup();
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        occurrences: [completed("1003", "sales", { holdTime: 1, reason: "caller" })],
      };
    },
  },
  {
    name: "Asterisk restarts while an agent talks",
    run: async (bed) => {
      const fay = { Queue: "load", Interface: "PJSIP/1006", MemberName: "Fay Agent", Paused: "true" };
      await bed.ami().action("QueueAdd", fay);
      await connectCall(bed, "5002", nora, "1003");
      await bed.expectStates("talking", { shows: { "1003": { ...nora, queue: "sales" } } });
      // The command is answered by the end of the connection.
      await bed
        .ami()
        .command("core restart now")
        .catch(() => "");
      await expectLink(bed, "down", 5000);
      await bed.reconnect();
      await expectLink(bed, "up", 30_000);
      await bed.expectStates("afterwards");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
        // Asterisk remembers dynamic members over a restart, and that they are paused.
        members: { "1006@load": ["paused"] },
        occurrencesMayBe: [completed("1003", "sales", { holdTime: 1 })],
      };
    },
  },
];
