import { describe, expect, it } from "vitest";
import type { AmiEvent } from "../ami/event/event.ts";
import { createAgentRule } from "../model/state/agent.ts";
import { memberFacts } from "../testing/model-samples.ts";
import { createLeftOutMembers } from "./left-out.ts";

function createReport(pattern?: string) {
  const lines: string[] = [];
  const members = createLeftOutMembers(createAgentRule(pattern), (line) => lines.push(line));
  const see = (memberInterface: string, kind: "queueMember" | "queueMemberStatus" = "queueMember") =>
    members.onAmiEvent({ kind, at: 0, ...memberFacts(memberInterface, "styles") } satisfies AmiEvent);
  return { lines, see, forget: members.forget };
}

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
