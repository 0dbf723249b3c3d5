import { Command } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import type { AgentForm } from "./actions.ts";
import { allQueues, judgeForm } from "./form.ts";

const judge = (kind: AgentForm["kind"], text: string, queue = allQueues) =>
  judgeForm({ kind, agent: "1001" }, { queue, text }, (agent) => agent !== "1009");

describe("what was filled in", () => {
  it.each([
    ["pause", " lunch ", allQueues, { type: "queuePause", agent: "1001", paused: true, reason: "lunch" }],
    ["pause", "", "support", { type: "queuePause", agent: "1001", paused: true, queue: "support" }],
    ["logOn", "", "support", { type: "queueAdd", agent: "1001", queue: "support" }],
    ["logOn", " 3 ", "support", { type: "queueAdd", agent: "1001", queue: "support", penalty: 3 }],
    ["logOff", "", allQueues, { type: "queueRemove", agent: "1001" }],
    ["logOff", "", "support", { type: "queueRemove", agent: "1001", queue: "support" }],
    ["transfer", "+1 (415) 555-0100", allQueues, { type: "redirect", agent: "1001", to: "+14155550100" }],
    ["call", " 1007 ", allQueues, { type: "originate", agent: "1007", to: "1001" }],
  ] as const)("%s '%s' in '%s'", (kind, text, queue, command) => {
    expect(judge(kind, text, queue)).toEqual({ ok: true, command });
    expect(Command.safeParse(command).success).toBe(true);
  });

  it.each([
    ["pause", "a|b", "|"],
    ["logOn", "much", "whole number"],
    ["transfer", "", "Enter a number"],
    ["transfer", "1001&1002", "Only digits"],
    ["call", "", "extension of your phone"],
    ["call", "1001", "to be called"],
    ["call", "1009", "does not let you"],
  ] as const)("%s '%s' is refused: %s", (kind, text, words) => {
    const judged = judge(kind, text, kind === "logOn" ? "support" : allQueues);
    expect(judged.ok ? "" : judged.problem).toContain(words);
  });

  it("logs on to no queue but a chosen one", () => {
    expect(judge("logOn", "")).toEqual({ ok: false, problem: "Choose a queue." });
  });
});
