import { describe, expect, it } from "vitest";
import { type AmiEvent, regenerationLists } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { memberFacts } from "../testing/model-samples.ts";
import { createLeftOutInterfaces } from "./left-out.ts";

function createReport(pattern?: string) {
  const lines: string[] = [];
  const members = createLeftOutInterfaces(createAgentRule(pattern), (line) => lines.push(line));
  const see = (memberInterface: string, kind: "queueMember" | "queueMemberStatus" = "queueMember") =>
    members.onAmiEvent({ kind, at: 0, ...memberFacts(memberInterface, "styles") } satisfies AmiEvent);
  return { lines, see, ...members };
}

const hint = (device: string): AmiEvent => ({
  kind: "extensionStatus",
  exten: "1005",
  context: "ext-local",
  hint: `${device}&Custom:DND1005,CustomPresence:1005`,
  status: 0,
  listed: true,
  at: 0,
});
const device = (name: string): AmiEvent => ({
  kind: "deviceStateChange",
  device: name,
  state: "NOT_INUSE",
  listed: true,
  at: 0,
});
const started: AmiEvent = { kind: "regenerationStarted", at: 0 };
const completed = regenerationLists.map((list): AmiEvent => ({ kind: "listCompleted", list, at: 0 }));

describe("EV15 a member that the agent pattern leaves out", () => {
  it.each([["DAHDI/1"], ["DAHDI/g0/0911234"], ["PJSIP/trunk/sip:00385922@host:5060"]])("%s is named once", (text) => {
    const { lines, see } = createReport();
    see(text);
    see(text, "queueMemberStatus");
    expect(lines).toEqual([expect.stringMatching(/^queue styles: member .* PBXIS_AGENT_PATTERN /)]);
    expect(lines[0]).toContain(text);
  });

  it("is named again on the next connection", () => {
    const { lines, see, forget } = createReport();
    see("DAHDI/1");
    forget();
    see("DAHDI/1");
    expect(lines).toHaveLength(2);
  });

  it.each([["PJSIP/1001"], ["Local/1001@from-queue/n"], ["hint:1001@agents"]])("%s is none", (text) => {
    const { lines, see } = createReport();
    see(text);
    expect(lines).toEqual([]);
  });

  it("is none with a pattern that includes it", () => {
    const { lines, see } = createReport("^DAHDI/(\\d+)$");
    see("DAHDI/1");
    expect(lines).toEqual([]);
  });

  it("beyond a hundred only the fact is logged", () => {
    const { lines, see } = createReport();
    for (let index = 0; index < 200; index++) see(`DAHDI/${index}`);
    expect(lines).toHaveLength(101);
    expect(lines.at(-1)).toMatch(/more than 100 .*PBXIS_AGENT_PATTERN/);
  });
});

describe("EV15 a phone that the agent pattern leaves out", () => {
  it("is named once, with the extension whose hint watches it", () => {
    const { lines, onAmiEvent } = createReport();
    for (const event of [hint("DAHDI/1005"), device("DAHDI/1005")]) onAmiEvent(event);
    expect(lines).toEqual([
      expect.stringMatching(/^phone DAHDI\/1005 of extension 1005@ext-local .*PBXIS_AGENT_PATTERN/),
    ]);
  });

  it.each([
    ["a phone with an id", hint("PJSIP/1005")],
    ["a switch", hint("Custom:DND1005")],
    ["a trunk", device("DAHDI/span1")],
    ["a phone with an id in the list of devices", device("PJSIP/1005")],
  ])("%s is none", (_what, event) => {
    const { lines, onAmiEvent, current } = createReport();
    onAmiEvent(event);
    expect([lines, current().phones]).toEqual([[], []]);
  });
});

describe("UP10 what is left out", () => {
  const dahdi = { queue: "styles", memberInterface: "DAHDI/1" };

  it("changes once the lists are complete, and not if they say the same again", () => {
    const { see, onAmiEvent, current, takeChange } = createReport();
    const listAll = () => {
      onAmiEvent(started);
      see("DAHDI/1");
      onAmiEvent(device("SKINNY/1005"));
      expect(takeChange()).toBe(false);
      for (const event of completed) onAmiEvent(event);
    };
    listAll();
    expect(takeChange()).toBe(true);
    expect(current()).toEqual({
      setting: "PBXIS_AGENT_PATTERN",
      members: [dahdi],
      phones: [{ device: "SKINNY/1005", extension: null }],
      more: 0,
    });
    listAll();
    expect(takeChange()).toBe(false);
  });

  it("changes with each log-on and log-off", () => {
    const { see, onAmiEvent, current, takeChange } = createReport();
    see("DAHDI/1");
    expect([takeChange(), takeChange(), current().members]).toEqual([true, false, [dahdi]]);
    onAmiEvent({ kind: "queueMemberRemoved", ...dahdi, at: 0 });
    expect([takeChange(), current().members]).toEqual([true, []]);
  });

  it("names a hundred members and counts the rest", () => {
    const { see, current } = createReport();
    for (let index = 0; index < 130; index++) see(`DAHDI/${index}`);
    expect([current().members.length, current().more]).toEqual([100, 30]);
  });
});
