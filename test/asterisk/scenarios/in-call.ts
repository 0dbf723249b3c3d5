/**
 * CM21, CM22, CM25: what a command does in an agent's call, by what the phones hear and what is recorded. On the lab for
 * a member that is called directly, on the installation in FreePBX's style for one behind a Local channel.
 */
import { until } from "../../harness/wait.ts";
import type { ExpectedStream } from "../expected-stream.ts";
import type { PhoneId } from "../installation.ts";
import type { Call } from "../sip/call.ts";
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand, expectShown, expectState, expectThat, failed } from "./expect-command.ts";
import { answeredQueueCall, connectCall, hangUp, type Scenario } from "./scenario.ts";

const rita = { number: "+14155550180", name: "Rita" };

/** A call of `agent` that is recorded on the caller's channel. */
type Recorded = Readonly<{ agent: PhoneId; callerLeg: Call; agentLeg: Call }>;

/** The caller hears the agent's tone unless the agent is muted. What is on its way, or late, is waited for. */
async function mute(bed: TestBed, { agent }: Recorded): Promise<void> {
  const channel = await bed.channelOf(agent);
  const hears = (sound: boolean) => async () => {
    const { packets, loud } = await bed.carrier.hear(300);
    return sound ? loud > 3 : packets === 0;
  };
  await until("the caller to hear the agent", hears(true));
  await expectCommand(bed, { type: "mute", agent }, done({ channel }));
  await expectShown(bed, agent, { muted: true }, "least");
  await until("the caller to hear nothing", hears(false));
  await expectCommand(bed, { type: "mute", agent, muted: false }, done({ channel }));
  await expectShown(bed, agent, { muted: false }, "least");
  await until("the caller to hear the agent again", hears(true));
}

/** Pauses the recording in the middle, and stops it in the end. */
async function record(bed: TestBed, { agent }: Recorded): Promise<void> {
  const [channel = ""] = await bed.carrierChannels();
  const recording = (state: string) => ({ type: "recording", agent, state });
  await expectShown(bed, agent, { recording: "on" });
  await expectCommand(bed, recording("paused"), done({ channel }));
  await expectShown(bed, agent, { recording: "paused" });
  await bed.pause(1000);
  await expectCommand(bed, recording("on"), done({ channel }));
  await expectShown(bed, agent, { recording: "on" });
  await bed.pause(800);
  await expectCommand(bed, recording("stopped"), done({ channel }));
  await expectShown(bed, agent, { recording: null });
  for (const state of ["stopped", "on", "paused"])
    await expectCommand(bed, recording(state), failed(404, "not_found", /not recorded/));
}

/** Loud, silent while it was paused, loud again. One letter is a quarter of a second. */
async function expectPausedRecording(bed: TestBed): Promise<void> {
  const samples = await bed.lab.recording();
  let loudness = "";
  for (let start = 0; start + 4000 <= samples.length; start += 4000) {
    let peak = 0;
    for (let at = start; at < start + 4000; at += 2) peak = Math.max(peak, Math.abs(samples.readInt16LE(at)));
    loudness += peak > 2000 ? "X" : ".";
  }
  bed.note(`the recording: ${loudness}`);
  expectThat(`the recording is silent while paused: ${loudness}`, /X{2,}\.{2,}X{2,}/.test(loudness));
}

type Member = Readonly<{ agent: string; memberInterface: string }>;

/**
 * While digits are played the connector still reads what Asterisk sends: the pause of a member is published before the
 * outcome.
 */
async function sendDigits(bed: TestBed, { agent }: Recorded, queue: string, other: Member): Promise<void> {
  const hears = bed.carrier.hear(9000);
  const digits = "0123456789*#ABCD".repeat(2);
  let isDone = false;
  const sent = bed.command({ type: "sendDigits", agent, digits }).finally(() => {
    isDone = true;
  });
  await bed.pause(300);
  await bed.ami().action("QueuePause", { Queue: queue, Interface: other.memberInterface, Paused: "true" });
  await expectState(bed, `queueMemberStatus,${other.agent},${queue}`, { status: "paused" });
  expectThat("the digits are still played", !isDone);
  const { status, body } = await sent;
  expectThat(`the digits are sent: ${JSON.stringify(body)}`, status === 200);
  await bed.ami().action("QueuePause", { Queue: queue, Interface: other.memberInterface, Paused: "false" });
  const heard = await hears;
  expectThat(`the caller's phone receives the digits: ${heard.digits}`, heard.digits === digits);
}

async function play(bed: TestBed, extension: string, agent: PhoneId, queue: string, other: Member): Promise<void> {
  const nobody = failed(404, "not_found");
  await expectCommand(bed, { type: "mute", agent }, nobody);
  await expectCommand(bed, { type: "recording", agent, state: "paused" }, nobody);
  await expectCommand(bed, { type: "sendDigits", agent, digits: "1" }, nobody);
  const legs = await connectCall(bed, extension, rita, agent);
  const call = { agent, ...legs };
  const speaks = legs.agentLeg.sendAudio(60_000, "tone");
  await mute(bed, call);
  await record(bed, call);
  await sendDigits(bed, call, queue, other);
  await hangUp(bed, legs.callerLeg);
  await speaks;
  await expectPausedRecording(bed);
}

export const inCall: readonly Scenario[] = [
  {
    name: "CM21, CM22, CM25 an agent is muted, the recording pauses, the caller's phone receives digits",
    run: async (bed): Promise<ExpectedStream> => {
      await play(bed, "5002", "1003", "sales", { agent: "1004", memberInterface: "PJSIP/1004" });
      const expected = answeredQueueCall("sales", "1003", rita, { holdTime: 1, reason: "caller" });
      return { ...expected, members: { "1004@sales": ["paused", "not_inuse"] } };
    },
  },
];

export const freepbxInCall: readonly Scenario[] = [
  {
    name: "CM21, CM22, CM25 the same of a member behind a Local channel",
    run: async (bed): Promise<ExpectedStream> => {
      bed.phone("1002").reject(486);
      await play(bed, "400", "1001", "400", { agent: "1002", memberInterface: "Local/1002@from-queue/n" });
      return {
        numbers: { "1001": [rita.number, null], "1002": /^((\S+ )*null)?$/ },
        counts: { "400": [1, 0] },
        devices: { "1001": ["ringing", "inuse", "not_inuse"] },
        devicesMayBe: ["1002"],
        occurrences: [{ type: "agentComplete", agent: "1001", queueName: "400", holdTime: 1, reason: "caller" }],
      };
    },
  },
];
