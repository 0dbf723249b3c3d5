/** EV16: every way in which a caller leaves a queue unanswered. The queue `keys` has no members, and a menu of keys. */
import type { TestBed } from "../test-bed.ts";
import { done, expectCommand } from "./expect-command.ts";
import { amiAction, device, type Scenario } from "./scenario.ts";

const greta = { number: "+14155550190", name: "Greta" };

/** A caller who waits in the queue, and the channel. */
async function waits(bed: TestBed, exten: string): Promise<string> {
  const joined = bed.ami().event("the caller joins", ({ Event }) => Event === "QueueCallerJoin");
  bed.carrier.call(exten, greta);
  const { Channel = "" } = await joined;
  await bed.expectStates("waiting");
  await bed.pause(300);
  return Channel;
}

function leaves(how: string, outcome: string, act: (bed: TestBed, channel: string) => Promise<unknown>): Scenario {
  return {
    name: `EV16 a waiting caller ${how}: ${outcome}`,
    run: async (bed) => {
      const channel = await waits(bed, "5007");
      const left = bed.ami().event("the caller leaves", ({ Event }) => Event === "QueueCallerLeave");
      await act(bed, channel);
      await left;
      await bed.expectStates("nobody waits");
      await bed.carrier.hangupAll();
      await bed.expectStates("after the hang-up");
      return { counts: { keys: [1, 0] }, waitEnds: { keys: [outcome] } };
    },
  };
}

export const queueEnds: readonly Scenario[] = [
  leaves("hangs up", "abandoned", (bed) => bed.carrier.hangup()),
  leaves("presses a key", "exited", (bed, Channel) =>
    amiAction(bed, "PlayDTMF", { Channel, Digit: "1", Receive: "true" }),
  ),
  leaves("is redirected by another AMI client", "exited", (bed, Channel) =>
    amiAction(bed, "Redirect", { Channel, Context: "queues", Exten: "5009", Priority: "1" }),
  ),
  leaves("is hung up by another AMI client", "exited", (bed, Channel) => amiAction(bed, "Hangup", { Channel })),
  leaves("is withdrawn", "exited", (bed, Caller) => amiAction(bed, "QueueWithdrawCaller", { Queue: "keys", Caller })),
  leaves("is moved by a command", "moved", (bed, channel) =>
    expectCommand(bed, { type: "redirect", channel, to: "5009" }, done({ channel })),
  ),
  leaves("is hung up by a command", "hungUp", (bed, channel) =>
    expectCommand(bed, { type: "hangup", channel }, done({ channel })),
  ),
  {
    name: "EV16 a caller leaves a queue that is empty: exited",
    run: async (bed) => {
      const left = bed.ami().event("the caller leaves", ({ Event }) => Event === "QueueCallerLeave");
      bed.carrier.call("5008", greta);
      await left;
      await bed.expectStates("nobody waits");
      await bed.carrier.hangupAll();
      await bed.expectStates("after the hang-up");
      return { counts: { empty: /^(1 0)?$/ }, waitEnds: { empty: ["exited"] } };
    },
  },
  {
    name: "EV16 an agent is bridged with a waiting caller: picked",
    run: async (bed) => {
      const caller = await waits(bed, "5007");
      const alone = bed.phone("1005").call("5009");
      await alone.until("up");
      await bed.expectStates("one waits, one waits alone");
      await amiAction(bed, "Bridge", { Channel1: await bed.channelOf("1005"), Channel2: caller, Tone: "no" });
      await bed.expectStates("bridged", { shows: { "1005": { ...greta } } });
      await Promise.all([bed.carrier.hangupAll(), alone.hangup()]);
      await bed.expectStates("after the hang-up");
      return {
        counts: { keys: [1, 0] },
        numbers: { "1005": [greta.number, null] },
        devices: { "1005": device.calls },
        waitEnds: { keys: ["picked 1005"] },
      };
    },
  },
];
