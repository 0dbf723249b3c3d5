/**
 * Compares AMI's actions on the simulated PBX with recorded sessions of Asterisk 22.10: the same action must get the
 * same response and cause the same events. Order is compared as in shape.test.ts.
 */
import { describe, expect, it } from "vitest";
import type { Packet } from "../../../connector/src/ami/wire/packet.ts";
import { type Command, createPbx, type Pbx } from "../core.ts";
import {
  expectSameEvents,
  liveEventsBetween,
  receivedPackets,
  recordedEvents,
  recordedRequests,
  withoutVipQueue,
} from "../recording.ts";
import {
  type ActionStep,
  channelOf,
  labAgents,
  performRequest,
  playStory,
  queuesWith,
  type StoryStep,
} from "../story.ts";
import type { ActionRequest } from "./request.ts";

const call = (queue: string): Command => ({ kind: "call", queue, number: "+14155550100", name: "Alice Caller" });
const answer = (agent: string): Command => ({ kind: "answer", agent });
const hangUp = (agent: string): Command => ({ kind: "hangup", agent });
const behave = (phone: string, kind: "busy"): Command => ({ kind: "behave", phone, behaviour: { kind } });

const originate = (more: Readonly<Record<string, string>> = {}): ActionStep => ({
  action: "Originate",
  headers: {
    Timeout: "5000",
    Channel: "PJSIP/1001",
    Context: "from-agents",
    Exten: "1002",
    Priority: "1",
    CallerID: '"Click To Call" <1002>',
    Async: "true",
    ...more,
  },
});
const park = (more: (pbx: Pbx) => Readonly<Record<string, string>>): ActionStep => ({
  action: "Park",
  headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/trunk"), ...more(pbx) }),
});

const queues = queuesWith(["1001", "1002"], ["1003"]);
/** The events of one call of g_originate: those between its response and the response to the next action. */
const ofOriginate = (from: string, to: string) => withoutVipQueue(liveEventsBetween("g_originate", from, to));

describe("the same action causes the same events as in Asterisk 22", () => {
  it("originate: both parties answer (g_originate 1)", () => {
    const story = [originate(), answer("1001"), answer("1002"), hangUp("1001")];
    expectSameEvents(ofOriginate("lab-15", "lab-16"), playStory(queues, story));
  });

  it("originate: the agent is busy (g_originate 2)", () => {
    expectSameEvents(ofOriginate("lab-16", "lab-17"), playStory(queues, [behave("1001", "busy"), originate()]));
  });

  it("originate: no answer, unregistered phone, unknown technology (g_originate 3, 4, 5)", () => {
    const cable = (kind: "register" | "unregister"): Command => ({ kind, agent: "1001" });
    const story = [
      originate({ Timeout: "3000" }),
      "wait",
      cable("unregister"),
      originate(),
      cable("register"),
      originate({ Channel: "NOTECH/1001" }),
    ] as const;
    expectSameEvents(ofOriginate("lab-17", "lab-20"), playStory(queues, story));
  });

  it("originate: the agent declines (g_originate 6)", () => {
    const decline: Command = { kind: "behave", phone: "1001", behaviour: { kind: "decline", afterMs: 700 } };
    expectSameEvents(ofOriginate("lab-20", "lab-21"), playStory(queues, [decline, originate(), "wait"]));
  });

  it("originate: an outside number with a ChannelId (g_originate 10)", () => {
    const headers = { Exten: "914155559999", CallerID: '"Out" <14155559999>', ChannelId: "conn-chan-1" };
    const farEnd: ActionStep = { action: "Hangup", headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/trunk") }) };
    const story = [originate(headers), answer("1001"), "wait", farEnd] as const;
    const play = playStory(queues, story);
    expectSameEvents(ofOriginate("lab-24", "lab-25"), play);
    const valuesIn = (packets: readonly Packet[], event: string) => {
      const values = packets.map(({ fields }) => fields).filter((fields) => fields.get("Event") === event);
      return values.map((fields) =>
        ["Exten", "CallerIDNum", "CallerIDName", "ConnectedLineNum", "Uniqueid", "Linkedid"].map((name) =>
          fields.get(name)?.replace(/^\d+\.\d+$/, "another"),
        ),
      );
    };
    for (const event of ["NewConnectedLine", "BridgeEnter", "OriginateResponse"])
      expect([event, valuesIn(play, event)]).toEqual([event, valuesIn(ofOriginate("lab-24", "lab-25"), event)]);
  });

  it("redirect (h_redirect)", () => {
    const redirect: ActionStep = {
      action: "Redirect",
      headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/trunk"), Context: "agents", Exten: "1005", Priority: "1" }),
    };
    const story: StoryStep[] = [call("sales"), answer("1003"), redirect, answer("1005"), "abandon"];
    expectSameEvents(withoutVipQueue(recordedEvents("h_redirect")), playStory(queuesWith([], ["1003"]), story));
  });

  it("atxfer: the agent hangs up after the third party has answered (h2_atxfer, up to Asterisk's optimization)", () => {
    const transfer: ActionStep = {
      action: "Atxfer",
      headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/1003"), Context: "from-agents", Exten: "1005" }),
    };
    const story: StoryStep[] = [call("sales"), answer("1003"), transfer, answer("1005"), hangUp("1003")];
    const isOptimized = ({ fields }: Packet) => fields.get("Event") === "LocalOptimizationBegin";
    // Nothing depends on the device of the Local channel, which is not simulated.
    const isOfLocal = ({ fields }: Packet) => fields.get("Device")?.startsWith("Local/");
    const recording = withoutVipQueue(recordedEvents("h2_atxfer", isOptimized));
    expectSameEvents(
      recording.filter((packet) => !isOfLocal(packet)),
      playStory(queuesWith([], ["1003"]), story),
    );
  });

  it("park: retrieved by another agent, called back after the time-out, abandoned (i_park)", () => {
    const ofAgent = (pbx: Pbx) => channelOf(pbx, "PJSIP/1003");
    const story: StoryStep[] = [
      ...[call("sales"), answer("1003")],
      park((pbx) => ({ TimeoutChannel: ofAgent(pbx), AnnounceChannel: ofAgent(pbx), Timeout: "30000" })),
      hangUp("1003"),
      { kind: "retrieve", agent: "1005", space: "701" },
      { action: "Hangup", headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/trunk") }) },
      ...[call("sales"), answer("1003")],
      park((pbx) => ({ TimeoutChannel: ofAgent(pbx), Timeout: "4000" })),
      // The time-out of 4 s ends before the second of these steps.
      ...[hangUp("1003"), answer("1003")],
      { action: "Hangup", headers: (pbx) => ({ Channel: channelOf(pbx, "PJSIP/trunk") }) },
      ...[call("sales"), answer("1003")],
      park(() => ({ Timeout: "20000" })),
      "abandon",
    ];
    expectSameEvents(withoutVipQueue(recordedEvents("i_park")), playStory(queuesWith([], ["1003"]), story));
  });
});

describe("the same action gets the same response as from Asterisk 22", () => {
  const begin = 1_795_425_023_000;
  const isKnown = (request: ActionRequest) =>
    /^(?:Queue(?:Add|Remove|Pause|Penalty)|Originate)$/.test(request.get("Action") ?? "") &&
    // The simulated PBX supports only asynchronous Originates to an extension.
    (request.get("Action") !== "Originate" || request.get("Async") === "true");

  it.each(["e_pause", "f_add_remove", "g_originate"])("%s", (name) => {
    const pbx = createPbx(queuesWith(["1001"], []), labAgents, begin);
    const answers = new Map(
      receivedPackets(name)
        .map(({ fields }) => [fields.get("ActionID"), fields] as const)
        .reverse(),
    );
    const requests = recordedRequests(name).filter(isKnown);
    expect(requests.length).toBeGreaterThan(6);
    for (const request of requests) {
      const recordedAnswer = answers.get(request.get("ActionID"));
      expect([request.headers, performRequest(pbx, request, begin)]).toEqual([
        request.headers,
        { response: recordedAnswer?.get("Response"), message: recordedAnswer?.get("Message") },
      ]);
    }
  });

  it("adding, changing and removing members emits events with the same headers (f_add_remove)", () => {
    const pbx = createPbx(queuesWith(["1001"], []), labAgents, begin);
    const about1005 = (packets: readonly Packet[]) =>
      packets.filter(({ fields }) => fields.get("Interface") === "PJSIP/1005");
    const story = recordedRequests("f_add_remove").filter(isKnown);
    expect(story.map((request) => performRequest(pbx, request, begin).response)).toContain("Success");
    const asks: ActionStep[] = [
      {
        action: "QueueAdd",
        headers: { Queue: "support", Interface: "PJSIP/1005", MemberName: "Eve Agent", Penalty: "1" },
      },
      { action: "QueuePenalty", headers: { Queue: "support", Interface: "PJSIP/1005", Penalty: "5" } },
      { action: "QueueRemove", headers: { Queue: "support", Interface: "PJSIP/1005" } },
    ];
    expectSameEvents(about1005(recordedEvents("f_add_remove")), about1005(playStory(queuesWith(["1001"], []), asks)));
  });
});
