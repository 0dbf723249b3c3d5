/** What comes between the connector and Asterisk, and that the states are right again afterwards (ST3). */
import { until } from "../../harness/wait.ts";
import type { Stage } from "../stage.ts";
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const nora = { number: "+14155550170", name: "Nora" };
const wanda = { number: "+14155550171", name: "Wanda" };

/** Cuts every connector off AMI, has `meanwhile` happen unseen, and lets them back. */
async function unseen(stage: Stage, meanwhile: () => Promise<void>): Promise<void> {
  for (const { link } of stage.observers) link.cut("refuse");
  await linkTold(stage, "down", 2000);
  await meanwhile();
  await stage.pause(300);
  for (const { link } of stage.observers) link.accept();
  await linkTold(stage, "up", 20_000);
}

async function linkTold(stage: Stage, link: "up" | "down" | "offline", timeoutMs: number): Promise<void> {
  const all = () => stage.observers.every(({ client }) => client.record.link === link);
  await until(`every client to be told that the link is ${link}`, all, { timeoutMs });
}

export const disruption: readonly Scenario[] = [
  {
    name: "AMI is cut while an agent talks and a caller waits",
    play: async (stage) => {
      await stage.ami().action("QueuePause", { Queue: "support", Interface: "PJSIP/1002", Paused: "true" });
      const { outside } = await answeredCall(stage, "5001", nora, "1001");
      const waiting = stage.carrier.call("5001", wanda);
      await waiting.until("up");
      await stage.pause(800);
      const talking = { shows: { "1001": { ...nora, queue: "support" } } };
      await stage.settled("one talks, one waits", talking);
      await unseen(stage, async () => {});
      await stage.settled("the same again", talking);
      await waiting.hangup();
      await stage.settled("nobody waits", talking);
      await outside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { outside } = await answeredCall(stage, "5002", nora, "1003");
      await stage.settled("talking", { shows: { "1003": { ...nora, queue: "sales" } } });
      await unseen(stage, () => outside.hangup());
      await stage.settled("the call is over");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
      };
    },
  },
  {
    name: "AMI is cut while a phone rings, and the call is answered meanwhile",
    play: async (stage) => {
      stage.carrier.call("5002", nora);
      const call = await stage.phone("1003").rings();
      const shown = { shows: { "1003": { ...nora, queue: "sales" } } };
      await stage.settled("ringing", shown);
      await unseen(stage, () => call.answer());
      await stage.settled("talking", shown);
      await stage.pause(500);
      await stage.carrier.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const { outside, inside } = await answeredCall(stage, "5002", nora, "1003");
      const shown = { shows: { "1003": { ...nora, queue: "sales" } } };
      await inside.hold();
      await stage.settled("on hold", { ...shown, onHold: ["1003"] });
      await unseen(stage, async () => {});
      await stage.settled("still on hold", { ...shown, onHold: ["1003"] });
      await inside.unhold();
      await stage.settled("talking again", shown);
      await outside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const ami = stage.ami();
      await ami.action("QueuePause", { Queue: "support", Interface: "PJSIP/1001", Paused: "true", Reason: "Lunch" });
      await ami.action("QueuePause", { Queue: "support", Interface: "PJSIP/1002", Paused: "true" });
      const gone = stage.carrier.call("5001", nora);
      await gone.until("up");
      await stage.pause(600);
      await stage.settled("one waits");
      await unseen(stage, async () => {
        await ami.action("QueuePause", {
          Queue: "support",
          Interface: "PJSIP/1001",
          Paused: "true",
          Reason: "Meeting",
        });
        await ami.action("QueueAdd", { Queue: "support", Interface: "PJSIP/1005", Penalty: "3", Paused: "true" });
        await stage.phone("1006").unregister();
        await gone.hangup();
        for (const caller of [wanda, nora]) {
          const waiting = stage.carrier.call("5001", caller);
          await waiting.until("up");
          await stage.pause(600);
        }
      });
      await stage.settled("two others wait");
      await stage.carrier.hangupAll();
      await stage.settled("nobody waits");
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
    play: async (stage) => {
      const { outside } = await answeredCall(stage, "5002", nora, "1003");
      const talking = { shows: { "1003": { ...nora, queue: "sales" } } };
      await stage.settled("talking", talking);
      await Promise.all(stage.observers.map((observer) => observer.restartConnector()));
      await linkTold(stage, "offline", 5000);
      await linkTold(stage, "up", 20_000);
      await stage.settled("talking as before", talking);
      await outside.hangup();
      await stage.settled("afterwards");
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
    play: async (stage) => {
      const fay = { Queue: "load", Interface: "PJSIP/1006", MemberName: "Fay Agent", Paused: "true" };
      await stage.ami().action("QueueAdd", fay);
      await answeredCall(stage, "5002", nora, "1003");
      await stage.settled("talking", { shows: { "1003": { ...nora, queue: "sales" } } });
      // The command is answered by the end of the connection.
      await stage
        .ami()
        .command("core restart now")
        .catch(() => "");
      await linkTold(stage, "down", 5000);
      await stage.reconnect();
      await linkTold(stage, "up", 30_000);
      await stage.settled("afterwards");
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
