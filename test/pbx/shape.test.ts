/**
 * The simulated PBX against recorded sessions of Asterisk 22.10: the same story gives the same events, in the same order, with the
 * same headers.
 *
 * Asterisk's threads race: the order of what different channels and devices tell differs from run to run, so it is compared per channel,
 * per device and per member. Left out: the `Queue:` and `park:` devices, which the model does not look at.
 */
import { describe, it } from "vitest";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import type { Command } from "./core.ts";
import { expectSameEvents, recorded, withoutVipQueue } from "./recording.ts";
import { playStory, queuesWith, type StoryStep } from "./story.ts";

const call = (queue: string): Command => ({ kind: "call", queue, number: "+14155550100", name: "Alice Caller" });
const answer = (agent: string): Command => ({ kind: "answer", agent });

describe("the same story gives the same events as Asterisk 22", () => {
  it("a queue call is answered, the caller hangs up (a_answer_caller_hangs)", () => {
    const story: StoryStep[] = [call("support"), answer("1001"), "abandon"];
    expectSameEvents(recorded("a_answer_caller_hangs"), playStory(queuesWith(["1001"], []), story));
  });

  it("a caller gives up (c_abandon)", () => {
    expectSameEvents(recorded("c_abandon"), playStory(queuesWith(["1002", "1001"], []), [call("support"), "abandon"]));
  });

  it("of two phones one answers, and hangs up (l_ringall)", () => {
    const story: StoryStep[] = [call("support"), answer("1002"), { kind: "hangup", agent: "1002" } as const];
    expectSameEvents(recorded("l_ringall"), playStory(queuesWith(["1002", "1001"], []), story));
  });

  it("an agent holds and takes back (j_hold)", () => {
    const hold = { kind: "hold", agent: "1003" } as const;
    const story: StoryStep[] = [
      call("sales"),
      answer("1003"),
      hold,
      { kind: "unhold", agent: "1003" } as const,
      hold,
      "abandon",
    ];
    expectSameEvents(recorded("j_hold"), playStory(queuesWith([], ["1003"]), story));
  });

  it("a caller is transferred (h_redirect)", () => {
    const redirect = { kind: "redirect", agent: "1003", to: "1005" } as const;
    const story: StoryStep[] = [call("sales"), answer("1003"), redirect, answer("1005"), "abandon"];
    expectSameEvents(withoutVipQueue(recorded("h_redirect")), playStory(queuesWith([], ["1003"]), story));
  });

  it("a parked caller hangs up (i_park, its third call)", () => {
    const story: StoryStep[] = [call("sales"), answer("1003"), { kind: "park", agent: "1003" } as const, "abandon"];
    const recording = withoutVipQueue(recorded("i_park"));
    const comesIn = ({ fields }: Packet) => fields.get("Device") === "PJSIP/trunk" && fields.get("State") === "INUSE";
    expectSameEvents(recording.slice(recording.findLastIndex(comesIn)), playStory(queuesWith([], ["1003"]), story));
  });

  it("an agent calls another, and the queue rings a third (t_direct_calls, until the call to the outside)", () => {
    const direct = { kind: "direct", agent: "1001", to: "1005" } as const;
    const story: StoryStep[] = [direct, answer("1005"), call("support"), answer("1002"), "abandon"];
    const isOutside = ({ fields }: Packet) =>
      fields.get("ConnectedLineNum") === "914155557777" || fields.get("CallerIDNum") === "914155557777";
    const recording = withoutVipQueue(recorded("t_direct_calls", isOutside));
    expectSameEvents(
      recording,
      playStory(queuesWith(["1002", "1001"], []), [...story, { kind: "hangup", agent: "1001" }]),
    );
  });

  it("an agent pauses and comes back (e_pause)", () => {
    const pause = (queue: string | null, reason: string) => ({ kind: "pause", agent: "1001", queue, reason }) as const;
    const unpause = (queue: string | null) => ({ kind: "unpause", agent: "1001", queue }) as const;
    const story: StoryStep[] = [
      pause("support", "Lunch break"),
      pause("support", "Meeting: weekly"),
      unpause("support"),
      { kind: "add", agent: "1001", queue: "sales", penalty: 2 } as const,
      pause(null, "Training"),
      unpause(null),
      { kind: "remove", agent: "1001", queue: "sales" } as const,
    ];
    expectSameEvents(recorded("e_pause"), playStory(queuesWith(["1001"], []), story));
  });
});
