/** CM1, EV13: whom `originate` rings has that call, by whatever channel. */
import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { ChannelFacts, CoreShowChannel } from "../../ami/event/event.ts";
import {
  createTestModel,
  entersBridge,
  facts,
  hangsUp,
  leavesBridge,
  listsCompleted,
  member,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";
import { createLookup } from "../lookup.ts";
import { originatedChannelId } from "../state/originated.ts";

const hint = (exten: string, devices: string): Untimed => ({
  kind: "extensionStatus",
  exten,
  context: "ext-local",
  hint: devices,
  status: 0,
  listed: true,
});
const initial = [
  queueParams("400"),
  member("Local/1007@from-queue/n", "400", { stateInterface: "hint:1007@ext-local" }),
  member("Local/00385911@from-queue/n", "400"),
  member("PJSIP/1004", "400", { name: "Dee" }),
  hint("1007", "PJSIP/webrtc-1007"),
];

const idOf = (agent: string) => originatedChannelId("pbxis-5f2c-1763890000", agent);
const outer = (agent: string) =>
  facts(`Local/${agent}@from-queue-00000001;1`, { uniqueId: idOf(agent), linkedId: idOf(agent) });
const inner = (agent: string) =>
  facts(`Local/${agent}@from-queue-00000001;2`, { uniqueId: `${idOf(agent)};2`, linkedId: idOf(agent) });
const phoneOf = (agent: string, device: string) =>
  facts(`${device}-0000000a`, { uniqueId: "1763890001.1", linkedId: idOf(agent) });
const called = (agent: string) =>
  facts("PJSIP/1004-0000000b", { uniqueId: "1763890002.2", linkedId: idOf(agent), callerNumber: "1004" });

/** The agent answers on `device`, then 1004 answers (Asterisk 22.10 and 16.28). */
const answered = (agent: string, device: string): Untimed[] => [
  entersBridge("behind", phoneOf(agent, device)),
  entersBridge("behind", inner(agent)),
  entersBridge("front", called(agent)),
  entersBridge("front", outer(agent)),
];
/** Asterisk optimizes the Local channel away: the phone moves to the front, or 1004 to the bridge behind. */
const optimized: Readonly<Record<string, (agent: string, device: string) => Untimed[]>> = {
  "the phone moves": (agent, device) => [
    entersBridge("front", phoneOf(agent, device)),
    hangsUp(outer(agent)),
    hangsUp(inner(agent)),
  ],
  "the called one moves": (agent) => [
    entersBridge("behind", called(agent)),
    hangsUp(inner(agent)),
    hangsUp(outer(agent)),
  ],
};

const shown = (events: readonly SiteEvent[], agent: string) =>
  events.flatMap((event) => (event.type === "phoneNumber" && event.agent === agent ? [event.number] : []));
const agents = [
  { agent: "00385911", device: "PJSIP/trunk" },
  { agent: "1007", device: "PJSIP/webrtc-1007" },
];

describe.each(agents)("the call of $agent, who answers on $device", ({ agent, device }) => {
  it("is shown and found behind a Local channel, and is over with it", () => {
    const tested = createTestModel(initial);
    const lookup = createLookup(tested.model);
    expect(shown(tested.receive(...answered(agent, device)), agent)).toEqual(["1004"]);
    expect(lookup.callsOf(agent)).toMatchObject([{ bridgedChannel: called(agent).channel }]);
    const ended = [
      hangsUp(called(agent)),
      hangsUp(outer(agent)),
      hangsUp(phoneOf(agent, device)),
      hangsUp(inner(agent)),
    ];
    const published = ended.flatMap((event) => tested.receive(event));
    expect(shown([...published, ...tested.wait(100)], agent)).toEqual([null]);
  });

  it.each(Object.keys(optimized))("is shown and found after the Local channel was optimized away: %s", (how) => {
    const tested = createTestModel(initial);
    const lookup = createLookup(tested.model);
    tested.receive(...answered(agent, device));
    const moved = tested.receive(...(optimized[how]?.(agent, device) ?? []));
    expect(shown([...moved, ...tested.wait(100)], agent)).toEqual([]);
    const { channel } = phoneOf(agent, device);
    expect(lookup.callsOf(agent)).toMatchObject([{ agentChannel: channel, bridgedChannel: called(agent).channel }]);
    expect(lookup.channel(channel)?.agents).toContain(agent);
    const ended = tested.receive(hangsUp(phoneOf(agent, device)), hangsUp(called(agent)));
    expect(shown([...ended, ...tested.wait(100)], agent)).toEqual([null]);
  });

  it("is nobody's once the phone that answered has left it", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered(agent, device));
    const other = facts("PJSIP/trunk-000000ff", { linkedId: idOf(agent), callerNumber: "0941" });
    const moved = [
      leavesBridge("behind", phoneOf(agent, device)),
      hangsUp(phoneOf(agent, device)),
      entersBridge("behind", other),
    ];
    expect(shown([...tested.receive(...moved), ...tested.wait(100)], agent)).toEqual([null]);
    expect(createLookup(tested.model).callsOf(agent)).toEqual([]);
  });
});

it("a phone of another agent who answers has the call, not the agent who was rung", () => {
  const tested = createTestModel([...initial, member("PJSIP/1002", "400")]);
  const events = [...tested.receive(...answered("00385911", "PJSIP/1002")), ...tested.wait(100)];
  expect(shown(events, "00385911")).toEqual([]);
  expect(shown(events, "1002").at(-1)).toBe("1004");
});

it("a phone that is dialed directly has the call, whatever its name", () => {
  const tested = createTestModel(initial);
  const own = facts("PJSIP/desk-5-0000000a", { uniqueId: idOf("1007"), linkedId: idOf("1007") });
  const events = tested.receive(entersBridge("front", own), entersBridge("front", called("1007")));
  expect(shown(events, "1007")).toEqual(["1004"]);
  expect(createLookup(tested.model).callsOf("1007")).toMatchObject([{ agentChannel: own.channel }]);
});

describe("a connector that starts in the middle of the call", () => {
  const listed = (bridgeId: string, channel: ChannelFacts): Untimed<CoreShowChannel> => ({
    kind: "coreShowChannel",
    durationSeconds: 0,
    state: 6,
    application: "",
    applicationData: "",
    bridgeId,
    ...channel,
  });
  const started = (channels: readonly Untimed[]) => {
    const [queue, ...more] = initial;
    const hints = more.filter(({ kind }) => kind === "extensionStatus");
    const members = more.filter(({ kind }) => kind !== "extensionStatus");
    return createTestModel([queue as Untimed, ...members, ...channels, ...hints]);
  };

  it.each(agents)("knows the agent $agent by the Local channel", ({ agent, device }) => {
    const channels = [
      listed("front", called(agent)),
      listed("behind", phoneOf(agent, device)),
      listed("behind", inner(agent)),
      listed("front", outer(agent)),
    ];
    for (const order of [channels, channels.toReversed()]) {
      const tested = started(order);
      expect(createLookup(tested.model).callsOf(agent)).toMatchObject([{ bridgedChannel: called(agent).channel }]);
    }
  });

  it("knows the agent's own phone that took the Local channel's place, but no mobile", () => {
    const after = (agent: string, device: string) =>
      createLookup(started([listed("front", called(agent)), listed("front", phoneOf(agent, device))]).model);
    expect(after("1007", "PJSIP/webrtc-1007").callsOf("1007")).toMatchObject([
      { bridgedChannel: called("1007").channel },
    ]);
    expect(after("00385911", "PJSIP/trunk").callsOf("00385911")).toEqual([]);
  });

  it("a new connection of the same connector keeps the mobile", () => {
    const tested = createTestModel(initial);
    tested.receive(...answered("00385911", "PJSIP/trunk"));
    for (const event of optimized["the phone moves"]?.("00385911", "PJSIP/trunk") ?? []) tested.receive(event);
    const channels = [listed("front", called("00385911")), listed("front", phoneOf("00385911", "PJSIP/trunk"))];
    const events = tested.receive({ kind: "regenerationStarted" }, ...initial, ...channels, ...listsCompleted);
    expect(shown([...events, ...tested.wait(100)], "00385911")).toEqual([]);
    expect(createLookup(tested.model).callsOf("00385911")).toHaveLength(1);
  });
});
