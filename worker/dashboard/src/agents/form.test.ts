import { Command } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { allQueues, parseForm } from "./form.ts";
import type { AgentForm } from "./menu-entries.ts";

const parse = (kind: AgentForm["kind"], text: string, queue = allQueues) =>
  parseForm({ kind, agent: "1001", call: null }, { queue, text }, (agent) => agent !== "1009");

describe("a form", () => {
  it.each([
    ["pause", " lunch ", allQueues, { type: "queuePause", agent: "1001", paused: true, reason: "lunch" }],
    ["pause", "", "support", { type: "queuePause", agent: "1001", paused: true, queue: "support" }],
    ["logOn", "", "support", { type: "queueAdd", agent: "1001", queue: "support" }],
    ["logOn", " 3 ", "support", { type: "queueAdd", agent: "1001", queue: "support", penalty: 3 }],
    ["logOff", "", allQueues, { type: "queueRemove", agent: "1001" }],
    ["logOff", "", "support", { type: "queueRemove", agent: "1001", queue: "support" }],
    ["transfer", "+1 (415) 555-0100", allQueues, { type: "redirect", agent: "1001", to: "+14155550100" }],
    ["call", " 1007 ", allQueues, { type: "originate", agent: "1007", to: "1001" }],
  ] as const)("%s with '%s' in '%s' gives the command", (kind, text, queue, command) => {
    expect(parse(kind, text, queue)).toEqual({ ok: true, command });
    expect(Command.safeParse(command).success).toBe(true);
  });

  it.each([
    ["pause", "a|b", "|"],
    ["logOn", "much", "whole number"],
    ["transfer", "", "Enter a number"],
    ["transfer", "1001&1002", "Only digits"],
    ["call", "", "extension of your phone"],
    ["call", "1001", "own phone"],
    ["call", "1009", "does not let you"],
  ] as const)("%s with '%s' is rejected: %s", (kind, text, problem) => {
    const parsed = parse(kind, text, kind === "logOn" ? "support" : allQueues);
    expect(parsed.ok ? "" : parsed.problem).toContain(problem);
  });

  it("CM23 asks for the phone that listens, and who hears it", () => {
    const listen = (text: string, mode?: string) =>
      parseForm(
        { kind: "listen", agent: "1001", call: null },
        { queue: allQueues, text, ...(mode && { mode }) },
        () => true,
      );
    const command = { type: "spy", agent: "1001", supervisor: "1007", mode: "whisper" };
    expect(listen(" 1007 ", "whisper")).toEqual({ ok: true, command });
    expect(Command.safeParse(command).success).toBe(true);
    expect(listen("1007")).toMatchObject({ command: { mode: "listen" } });
    expect(listen("1001").ok).toBe(false);
  });

  it("requires a queue to log on to", () => {
    expect(parse("logOn", "")).toEqual({ ok: false, problem: "Choose a queue." });
  });
});
