/** What comes between the connector and Asterisk, and that the states are right again afterwards (ST3). */
import { until } from "../../harness/wait.ts";
import type { Stage } from "../stage.ts";
import { answeredCall, completed, type Scenario } from "./scenario.ts";

const nora = { number: "+14155550170", name: "Nora" };
const wanda = { number: "+14155550171", name: "Wanda" };

async function linkTold(stage: Stage, link: "up" | "down" | "offline", timeoutMs: number): Promise<void> {
  const all = () => stage.observers.every(({ client }) => client.mirror.link === link);
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
      for (const { link } of stage.observers) link.cut("refuse");
      await linkTold(stage, "down", 2000);
      await stage.pause(500);
      for (const { link } of stage.observers) link.letIn();
      await linkTold(stage, "up", 20_000);
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
      for (const { link } of stage.observers) link.cut("refuse");
      await linkTold(stage, "down", 2000);
      await outside.hangup();
      await stage.pause(300);
      for (const { link } of stage.observers) link.letIn();
      await linkTold(stage, "up", 20_000);
      await stage.settled("the call is over");
      return {
        numbers: { "1003": [nora.number, null] },
        counts: { sales: [1, 0] },
        devices: { "1003": ["ringing", "inuse", "not_inuse"] },
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
