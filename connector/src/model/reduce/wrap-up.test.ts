import type { EventOf, SiteEvent } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import {
  createTestModel,
  entersBridge,
  facts,
  leavesBridge,
  member,
  queueCall,
  queueParams,
  type Untimed,
} from "../../testing/model-samples.ts";

const call = queueCall("sales", "1001");
const answered = [call.join, call.ring, call.leave, call.agentEnters, call.callerEnters];
const ends: readonly Untimed[] = [{ kind: "hangupRequest", ...call.agentFacts }, call.agentLeaves, call.agentEnds];

function center(seconds: Readonly<Record<string, number>>, own = 0) {
  const members = ["sales", "support"].map((queue) => member("PJSIP/1001", queue, { wrapUpSeconds: own }));
  return createTestModel([queueParams("sales"), queueParams("support"), ...members], false, undefined, {
    wrapUpSeconds: seconds,
  });
}

/** `queue` and how long the wrap-up lasts from now, in ms. */
function wrapUpsIn(events: readonly SiteEvent[], now: number): string[] {
  return events
    .filter((event): event is EventOf<"queueMemberStatus"> => event.type === "queueMemberStatus")
    .map(({ queue, wrapUpUntil }) => `${queue} ${wrapUpUntil === null ? "-" : wrapUpUntil - now}`);
}

describe("EV3 wrapUpUntil", () => {
  it.each<[string, Readonly<Record<string, number>>, number, string[]]>([
    ["without a setting there is none", {}, 0, []],
    ["the queue's setting counts", { sales: 15, "*": 5 }, 0, ["sales 15000"]],
    ["or that of all queues", { support: 15, "*": 5 }, 0, ["sales 5000"]],
    ["0 is none", { sales: 0, "*": 5 }, 0, []],
    ["the member's own wrapuptime wins", { sales: 15 }, 3, ["sales 3000"]],
  ])("%s", (_, seconds, own, expected) => {
    const tested = center(seconds, own);
    expect(wrapUpsIn(tested.receive(...answered), tested.now())).toEqual([]);
    tested.wait(2000);
    expect(wrapUpsIn(tested.receive(...ends), tested.now())).toEqual(expected);
  });

  it("ends with its time, of which the model asks to be reminded", () => {
    const tested = center({ sales: 3 });
    tested.receive(...answered, ...ends);
    const reminder = tested.effects.find(({ kind }) => kind === "remind");
    expect(reminder).toMatchObject({ afterMs: 3000, event: { kind: "wrapUpOver", at: tested.now() + 3000 } });
    if (reminder?.kind !== "remind") return;
    tested.wait(3000);
    expect(wrapUpsIn(tested.receive(reminder.event), tested.now())).toEqual(["sales -"]);
  });

  it("ends with the next talk, of whatever call; a reminder of it comes too late", () => {
    const tested = center({ sales: 3 });
    tested.receive(...answered, ...ends);
    const until = tested.now() + 3000;
    const own = facts("PJSIP/1001-00000009", { linkedId: "next" });
    const next = [entersBridge("b", own), entersBridge("b", facts("PJSIP/trunk-00000010", { linkedId: "next" }))];
    expect(wrapUpsIn(tested.receive(...next), tested.now())).toEqual(["sales -"]);
    const over: Untimed = { kind: "wrapUpOver", queue: "sales", memberInterface: "PJSIP/1001" };
    tested.wait(until - tested.now());
    expect(wrapUpsIn(tested.receive(over), tested.now())).toEqual([]);
  });

  it("ends with a log-off", () => {
    const tested = center({ sales: 3 });
    tested.receive(...answered, ...ends);
    const removed: Untimed = { kind: "queueMemberRemoved", queue: "sales", memberInterface: "PJSIP/1001" };
    const published = tested.receive(removed);
    expect(published).toContainEqual(expect.objectContaining({ status: "loggedoff", wrapUpUntil: null }));
  });

  it("does not begin between two bridges of one call", () => {
    const tested = center({ sales: 3 });
    const moves = [
      leavesBridge("bridge-caller", call.agentFacts),
      entersBridge("b2", call.callerFacts),
      entersBridge("b2", call.agentFacts),
    ];
    tested.receive(...answered);
    expect(wrapUpsIn(tested.receive(...moves), tested.now())).toEqual([]);
  });

  it("does not begin while the agent talks on another line", () => {
    const tested = center({ sales: 3 });
    const own = facts("PJSIP/1001-00000009", { linkedId: "second" });
    const second = [entersBridge("b", own), entersBridge("b", facts("PJSIP/trunk-00000010", { linkedId: "second" }))];
    tested.receive(...answered, ...second);
    expect(wrapUpsIn(tested.receive(...ends), tested.now())).toEqual([]);
  });
});
