import { Command } from "@pbxis/shared";
import type { CallerView } from "@pbxis/shared/client";
import { expect, it } from "vitest";
import { displayOf, member } from "../testing/agents.ts";
import { agentChoice, choiceText } from "./agent-choice.ts";
import { type CallerForm, callerEntriesOf, parseCallerForm } from "./caller-form.ts";

const caller: CallerView = {
  position: 2,
  uniqueId: "u1",
  callId: "c1",
  number: null,
  name: "Alice",
  since: 1_000,
  priority: null,
  ringing: [],
};
const call = { number: "unknown", name: "Alice", queueName: "support", callId: "c1", uniqueId: "u1" };
const named = { queue: "support", uniqueId: "u1" };
const form = (kind: CallerForm["kind"]): CallerForm => ({ kind, ...named, call, priority: null });

it.each<[CallerForm["kind"], string, object]>([
  ["pick", "1001", { type: "pickCaller", ...named, agent: "1001" }],
  ["move", " 50 02 ", { type: "moveCaller", ...named, to: "5002" }],
  ["prioritize", " 10 ", { type: "prioritizeCaller", ...named, priority: 10 }],
])("CM7 the form %s with '%s' gives the command", (kind, value, command) => {
  expect(parseCallerForm(form(kind), value)).toEqual({ ok: true, command });
  expect(Command.safeParse(command).success).toBe(true);
});

it.each<[CallerForm["kind"], string, string]>([
  ["pick", "", "Choose an agent"],
  ["move", "", "Enter a number"],
  ["move", "12&3", "Only digits"],
  ["prioritize", "", "whole number"],
  ["prioritize", "-1", "whole number"],
  ["prioritize", "1001", "whole number"],
])("the form %s with '%s' is rejected: %s", (kind, value, problem) => {
  expect(parseCallerForm(form(kind), value)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});

it("a caller's menu has what the token grants, and says why something is not possible", () => {
  const context = { offers: () => true, isPending: () => false, whyNot: () => null, agents: ["1001"] };
  const texts = (more: Partial<typeof context>) =>
    callerEntriesOf(caller, "support", { ...context, ...more }).map(({ text }) => text);
  expect(texts({})).toEqual(["Connect with an agent…", "Move…", "Change the priority…", "Hang up"]);
  expect(texts({ agents: [] })).not.toContain("Connect with an agent…");
  const offers = ({ type }: { type: string }) => type === "moveCaller";
  expect(callerEntriesOf(caller, "support", { ...context, offers })).toMatchObject([
    { text: "Move…", why: null, action: { kind: "form", form: { kind: "move", ...named, call } } },
  ]);
  const blocked = callerEntriesOf(caller, "support", { ...context, whyNot: () => "stale" });
  expect(blocked.every(({ why }) => why === "stale")).toBe(true);
  expect(blocked.at(-1)?.action).toEqual({ kind: "command", command: { type: "hangupCaller", ...named }, call });
});

it("free agents come first, of these the queue's own", () => {
  const agents = [
    displayOf({ agent: "1", name: "Talks", status: "inuse", memberships: [member("support")] }),
    displayOf({ agent: "2", name: "Elsewhere", memberships: [member("sales")] }),
    displayOf({ agent: "3", name: "Own", memberships: [member("support")] }),
    displayOf({ agent: "4", name: "Nowhere", memberships: [] }),
  ];
  expect(agentChoice(agents, "support").map(choiceText)).toEqual([
    "Own (3), available",
    "Elsewhere (2), available",
    "Nowhere (4), away",
    "Talks (1), talking",
  ]);
});
