/** EV13, AP11: a call behind whose Local channel the lists show no phone. */
import type { SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { AmiEvent, ChannelFacts, CoreShowChannel } from "../../ami/event/event.ts";
import { createComparison } from "../../audit/comparison.ts";
import {
  createTestModel,
  entersBridge,
  facts,
  listsCompleted,
  member,
  queueParams,
  startOfTime,
  type Untimed,
} from "../../testing/model-samples.ts";
import { createLookup } from "../lookup.ts";
import { reduce } from "./reduce.ts";

const linkedId = "caller";
const memberInterface = "Local/1001@from-queue/n";
const initial: readonly Untimed[] = [
  queueParams("400"),
  member(memberInterface, "400", { stateInterface: "hint:1001@ext-local" }),
  member("PJSIP/1002", "400"),
];
const hint: Untimed = {
  kind: "extensionStatus",
  exten: "1001",
  context: "ext-local",
  hint: "PJSIP/1001&Custom:DND1001",
  status: 0,
  listed: true,
};
const caller = facts("PJSIP/trunk-00000001", { uniqueId: "caller", linkedId, callerNumber: "0941" });
const outer = facts("Local/1001@from-queue-00000001;1", { linkedId, connectedNumber: "0941" });
const inner = facts("Local/1001@from-queue-00000001;2", { linkedId, callerNumber: "0941" });
const phone = (name: string) => facts(`${name}-0000000a`, { linkedId });

const rings: Untimed = { kind: "agentCalled", queue: "400", memberInterface, memberName: null, caller, dest: outer };
const listed = (bridgeId: string | null, channel: ChannelFacts, application = "AppDial"): Untimed<CoreShowChannel> => ({
  kind: "coreShowChannel",
  durationSeconds: 0,
  state: 6,
  application,
  applicationData: "",
  bridgeId,
  ...channel,
});

/** Something behind the Local channel has answered. */
function answered() {
  const tested = createTestModel([...initial, hint]);
  tested.receive(rings, entersBridge("front", outer), entersBridge("front", caller));
  return tested;
}
const front = [listed("front", outer, "AppQueue"), listed("front", caller, "Queue")];
const shown = (events: readonly SiteEvent[]) =>
  events.flatMap((event) => (event.type === "phoneNumber" && event.agent === "1001" ? [event.number] : []));

describe("EV13 after the lists, the call of a Local channel", () => {
  it.each<{ behind: string; channels: readonly Untimed[]; isKept: boolean }>([
    { behind: "a voicemail box", channels: [listed(null, inner, "VoiceMail")], isKept: false },
    {
      behind: "a voicemail box, while another agent's phone rings",
      channels: [listed(null, inner, "VoiceMail"), listed(null, phone("PJSIP/1002"))],
      isKept: false,
    },
    {
      behind: "the agent's phone",
      channels: [listed("behind", inner), listed("behind", phone("PJSIP/1001"))],
      isKept: true,
    },
    { behind: "a mobile", channels: [listed("behind", inner), listed("behind", phone("PJSIP/trunk"))], isKept: true },
    {
      behind: "a mobile that rings",
      channels: [listed(null, inner, "Dial"), listed(null, phone("PJSIP/trunk"))],
      isKept: true,
    },
    {
      behind: "the agent's phone, which consults somebody else",
      channels: [listed(null, inner), listed("elsewhere", phone("PJSIP/1001"))],
      isKept: true,
    },
    { behind: "a party that waits in a bridge", channels: [listed("behind", inner, "Dial")], isKept: true },
  ])("is kept if $behind is behind it: $isKept", ({ channels, isKept }) => {
    const tested = answered();
    const lists = [
      { kind: "regenerationStarted" } as const,
      ...initial,
      ...front,
      ...channels,
      hint,
      ...listsCompleted,
    ];
    const events = [...tested.receive(...lists), ...tested.wait(100)];
    expect(shown(events)).toEqual(isKept ? [] : [null]);
    expect(createLookup(tested.model).callsOf("1001")).toHaveLength(isKept ? 1 : 0);
    // A phone that is connected later has the call.
    const late = tested.receive(entersBridge("late", phone("PJSIP/1001")), entersBridge("late", inner));
    expect(shown(late)).toEqual(isKept ? [] : ["0941"]);
  });

  it("AP11 that the model gives to an agent without a phone in it is a difference, which the audit corrects", () => {
    const { model } = answered();
    const comparison = createComparison(model);
    const lists = [...initial, ...front, listed(null, inner, "VoiceMail"), hint, ...listsCompleted];
    for (const event of [{ kind: "regenerationStarted" } as const, ...lists]) {
      const timed = { ...event, at: startOfTime() } as AmiEvent;
      comparison.observe(timed, reduce(model, timed));
    }
    expect(comparison.differences()).toMatchObject([
      { key: "phoneNumber,1001", from: { number: "0941" }, to: { number: null } },
    ]);
    expect(createLookup(model).callsOf("1001")).toEqual([]);
  });
});
