/** EV4's recording, muted and consulting; EV21. */
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  entersBridge,
  facts,
  hangsUp,
  listsCompleted,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { originatedChannelId } from "../state/originated.ts";

const initial = [queueParams("support"), member("PJSIP/1001", "support"), member("PJSIP/1005", "support")];
const { join, ring, leave, agentEnters, callerEnters, callerFacts, agentFacts, unhold, agentEnds } = queueCall(
  "support",
  "1001",
);
const answered = [join, ring, leave, agentEnters, callerEnters] as const;
const found: Untimed = { kind: "recordingPath", uniqueId: callerFacts.uniqueId, path: "/a.wav" };
const change = (state: "on" | "paused" | "stopped", of = callerFacts): Untimed => {
  return { kind: "mixMonitorChange", ...of, state };
};
const regenerated: readonly Untimed[] = [
  ...initial,
  ...[callerFacts, agentFacts].map((channel): Untimed => {
    return {
      kind: "coreShowChannel",
      ...channel,
      state: 6,
      durationSeconds: 9,
      application: channel === agentFacts ? "AppQueue" : "Queue",
      applicationData: "support",
      bridgeId: "bridge-caller",
    };
  }),
  ...listsCompleted,
];

function talking() {
  const tested = createTestModel(initial);
  tested.receive(...answered);
  return tested;
}

describe("EV4 recording", () => {
  it("is on once its path is known, pauses, goes on and stops", () => {
    const tested = talking();
    const shown: unknown[] = [];
    for (const event of [found, change("paused"), change("on"), change("stopped"), change("on")])
      shown.push(tested.receive(event).map((one) => one.type === "phoneNumber" && one.recording));
    // 16.28 sends one more event after a recording was stopped.
    expect(shown).toEqual([["on"], ["paused"], ["on"], [null], []]);
  });

  it("is on while any of the call's channels is recorded", () => {
    const tested = talking();
    tested.receive(found, { kind: "mixMonitorStart", ...agentFacts });
    expect(tested.receive(change("paused"))).toEqual([]);
    expect(tested.receive(change("paused", agentFacts))).toMatchObject([{ recording: "paused" }]);
  });

  it("is null after a gap until an event says more, and stays as it is in a regeneration without one", () => {
    const tested = talking();
    tested.receive(found, change("paused"));
    expect(tested.receive({ kind: "regenerationStarted" }, ...regenerated)).toEqual([]);
    expect(tested.receive({ kind: "regenerationStarted", isNewConnection: true }, ...regenerated)).toMatchObject([
      { type: "phoneNumber", recording: null },
    ]);
    expect(tested.receive(change("on"))).toMatchObject([{ recording: "on" }]);
  });

  it("is null for a call from before the connection, although its path is known", () => {
    const tested = createTestModel();
    tested.receive({ kind: "regenerationStarted", isNewConnection: true }, ...regenerated);
    expect(tested.receive(found)).toEqual([]);
  });
});

it("EV4 muted is the last word of a command, until the call ends", () => {
  const tested = talking();
  const muted = (on: boolean): Untimed => ({ kind: "channelMuted", channel: agentFacts.channel, muted: on });
  expect(tested.receive(muted(true))).toMatchObject([{ type: "phoneNumber", muted: true }]);
  expect(tested.receive(muted(false))).toMatchObject([{ muted: false }]);
  expect(tested.receive(agentEnds)).toMatchObject([{ number: null, muted: null }]);
  tested.receive(join, ring, leave, entersBridge("b2", facts("PJSIP/1001-00000003")), entersBridge("b2", callerFacts));
  expect(tested.collator.snapshot()).toContainEqual(expect.objectContaining({ type: "phoneNumber", muted: null }));
});

describe("EV4 consulting (CM20)", () => {
  const { channel } = agentFacts;
  const commanded: Untimed = { kind: "consultationCommanded", channel, caller: callerFacts.channel, to: "1005" };
  const leg = facts("Local/1005@from-agents-00000000;1", { linkedId: callerFacts.linkedId });
  const apart = [entersBridge("b2", leg), entersBridge("b2", agentFacts)];

  function consulting() {
    const tested = talking();
    tested.receive(commanded, ...apart);
    return tested;
  }
  const shown = ({ collator }: ReturnType<typeof consulting>) =>
    collator.snapshot().flatMap((event) => (event.type === "phoneNumber" ? [event.consulting] : []))[0];

  it("begins when the agent's channel has left the caller's bridge", () => {
    const tested = talking();
    tested.receive(commanded);
    expect(shown(tested)).toBeNull();
    tested.receive(...apart);
    expect(shown(tested)).toBe("1005");
  });

  it.each<[string, readonly Untimed[]]>([
    ["the agent is back with the caller", [entersBridge("bridge-caller", agentFacts), unhold]],
    ["all three are joined", [entersBridge("bridge-caller", leg), entersBridge("bridge-caller", agentFacts)]],
    ["the caller has hung up", [hangsUp(callerFacts)]],
    ["the agent has hung up", [hangsUp(agentFacts)]],
  ])("is over once %s", (_title, events) => {
    const tested = consulting();
    tested.receive(...events);
    expect(shown(tested)).toBeNull();
    expect(tested.model.inCall.consultations.size).toBe(0);
  });

  it("is over in the bytes in which it began if the third party is busy, and never was if the command failed", () => {
    const tested = talking();
    tested.receive(commanded, ...apart, entersBridge("bridge-caller", agentFacts));
    expect(shown(tested)).toBeNull();
    for (const failed of [{ ...commanded, caller: null, to: null } as Untimed, unhold]) {
      tested.receive(commanded, failed, ...apart);
      expect(shown(tested)).toBeNull();
      tested.receive(entersBridge("bridge-caller", agentFacts));
    }
  });
});

describe("EV21 supervision", () => {
  const uniqueId = originatedChannelId("pbxis-1", "1005");
  const spyer = facts("PJSIP/1005-00000009", { uniqueId, linkedId: uniqueId });
  const target = agentFacts.channel;
  const starts: Untimed = { kind: "chanSpyStart", ...spyer, target };
  const mode = (name: "listen" | "whisper"): Untimed => ({ kind: "spyModeCommanded", uniqueId, mode: name });
  const listedSpy = (applicationData: string): Untimed => {
    const spying = { state: 6, durationSeconds: 5, application: "ChanSpy", applicationData, bridgeId: null };
    return { kind: "coreShowChannel", ...spyer, ...spying };
  };
  const over = { type: "supervision", agent: "1005", agentSupervised: null, mode: null, since: null };

  it.each<[string, Untimed]>([
    ["the spy stops", { kind: "chanSpyStop", ...spyer, target: "" }],
    ["its channel ends", hangsUp(spyer)],
  ])("of the supervisor alone, with the commanded mode, until %s", (_title, end) => {
    const tested = talking();
    tested.receive(mode("whisper"));
    const began = { type: "supervision", agent: "1005", agentSupervised: "1001", mode: "whisper" };
    expect(tested.receive(starts)).toMatchObject([began]);
    expect(tested.receive(mode("listen"))).toMatchObject([{ ...began, mode: "listen" }]);
    expect(tested.receive(end)).toMatchObject([over]);
    expect(tested.collator.snapshot().filter(({ type }) => type === "supervision")).toEqual([]);
  });

  it("of a feature code has a mode once a list showed it", () => {
    const tested = talking();
    expect(tested.receive(starts)).toMatchObject([{ agentSupervised: "1001", mode: null }]);
    expect(tested.receive({ kind: "regenerationStarted" }, listedSpy(target), ...regenerated)).toMatchObject([
      { agentSupervised: "1001", mode: "listen" },
    ]);
  });

  it.each([
    [`${target},qdSB`, "barge"],
    ["PJSIP/1001,q", "listen"],
  ])("a new connection finds the spy %s in the list", (applicationData, expected) => {
    const tested = createTestModel();
    const published = tested.receive({ kind: "regenerationStarted" }, listedSpy(applicationData), ...regenerated);
    expect(published.filter(({ type }) => type === "supervision")).toMatchObject([
      { agent: "1005", agentSupervised: "1001", mode: expected, since: tested.now() - 5000 },
    ]);
    // The next list does not show the spy any more.
    expect(tested.receive({ kind: "regenerationStarted" }, ...regenerated)).toMatchObject([over]);
  });
});
