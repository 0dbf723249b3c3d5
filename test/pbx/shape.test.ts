/**
 * Compares the simulated PBX with recorded sessions of Asterisk 22.10: the same story must give the same events, in the
 * same order, with the same headers.
 *
 * Asterisk's threads interleave differently in every run, so the order is compared per channel, device and member. The
 * devices `Queue:` and `park:` are ignored, as the model ignores them.
 */
import { describe, it } from "vitest";
import type { Packet } from "../../connector/src/ami/wire/packet.ts";
import type { Command } from "./core.ts";
import { expectSameEvents, recordedEvents, withoutVipQueue } from "./recording.ts";
import { playStory, queuesWith, type StoryStep } from "./story.ts";

const call = (queue: string): Command => ({ kind: "call", queue, number: "+14155550100", name: "Alice Caller" });
const answer = (agent: string): Command => ({ kind: "answer", agent });

describe("the same story gives the same events as Asterisk 22", () => {
  it("an answered queue call ends when the caller hangs up (a_answer_caller_hangs)", () => {
    const story: StoryStep[] = [call("support"), answer("1001"), "abandon"];
    expectSameEvents(recordedEvents("a_answer_caller_hangs"), playStory(queuesWith(["1001"], []), story));
  });

  it("a waiting caller hangs up (c_abandon)", () => {
    expectSameEvents(
      recordedEvents("c_abandon"),
      playStory(queuesWith(["1002", "1001"], []), [call("support"), "abandon"]),
    );
  });

  it("one of two ringing phones answers, then hangs up (l_ringall)", () => {
    const story: StoryStep[] = [call("support"), answer("1002"), { kind: "hangup", agent: "1002" } as const];
    expectSameEvents(recordedEvents("l_ringall"), playStory(queuesWith(["1002", "1001"], []), story));
  });

  it("an agent holds and resumes a call (j_hold)", () => {
    const hold = { kind: "hold", agent: "1003" } as const;
    const story: StoryStep[] = [
      call("sales"),
      answer("1003"),
      hold,
      { kind: "unhold", agent: "1003" } as const,
      hold,
      "abandon",
    ];
    expectSameEvents(recordedEvents("j_hold"), playStory(queuesWith([], ["1003"]), story));
  });

  it("a caller is transferred (h_redirect)", () => {
    const redirect = { kind: "redirect", agent: "1003", to: "1005" } as const;
    const story: StoryStep[] = [call("sales"), answer("1003"), redirect, answer("1005"), "abandon"];
    expectSameEvents(withoutVipQueue(recordedEvents("h_redirect")), playStory(queuesWith([], ["1003"]), story));
  });

  it("a parked caller hangs up (i_park, third call)", () => {
    const story: StoryStep[] = [call("sales"), answer("1003"), { kind: "park", agent: "1003" } as const, "abandon"];
    const recording = withoutVipQueue(recordedEvents("i_park"));
    const comesIn = ({ fields }: Packet) => fields.get("Device") === "PJSIP/trunk" && fields.get("State") === "INUSE";
    expectSameEvents(recording.slice(recording.findLastIndex(comesIn)), playStory(queuesWith([], ["1003"]), story));
  });

  it("an agent calls another while the queue rings a third (t_direct_calls, up to the outside call)", () => {
    const direct = { kind: "direct", agent: "1001", to: "1005" } as const;
    const story: StoryStep[] = [direct, answer("1005"), call("support"), answer("1002"), "abandon"];
    const isOutside = ({ fields }: Packet) =>
      fields.get("ConnectedLineNum") === "914155557777" || fields.get("CallerIDNum") === "914155557777";
    const recording = withoutVipQueue(recordedEvents("t_direct_calls", isOutside));
    expectSameEvents(
      recording,
      playStory(queuesWith(["1002", "1001"], []), [...story, { kind: "hangup", agent: "1001" }]),
    );
  });

  it("an agent pauses and unpauses (e_pause)", () => {
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
    expectSameEvents(recordedEvents("e_pause"), playStory(queuesWith(["1001"], []), story));
  });
});
