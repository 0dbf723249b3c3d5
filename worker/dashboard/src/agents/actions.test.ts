import { describe, expect, it } from "vitest";
import { type Entry, entriesOf } from "./actions.ts";
import { choicesOf } from "./queue-choice.ts";
import { lineOf, member } from "./samples.ts";

type Context = Parameters<typeof entriesOf>[2];
const anything: Context = { offers: () => true, isPending: () => false, blocked: null, self: null };
const call = { number: "555", name: null, queueName: null, callId: null };
const paused = (queue: string) => member(queue, { status: "paused" });
const queues = ["billing", "sales", "support"];

function entries(line: ReturnType<typeof lineOf>, context: Partial<Context> = {}): readonly Entry[] {
  return entriesOf(line, choicesOf(line, queues), { ...anything, ...context });
}
const texts = (all: readonly Entry[]): string[] => all.map(({ text }) => text);

describe("a card's menu", () => {
  it("has what makes sense as things are", () => {
    expect(texts(entries(lineOf()))).toEqual([
      "Open the agent's page",
      "Call from my phone …",
      "Pause …",
      "Log on …",
      "Log off …",
    ]);
    expect(texts(entries(lineOf({ status: "inuse", call })))).toEqual(
      expect.arrayContaining(["Transfer the call …", "Park the call", "Hang up"]),
    );
    const ringing = texts(entries(lineOf({ status: "ringing", call })));
    expect(ringing).toContain("Hang up");
    expect(ringing).not.toContain("Park the call");
    expect(texts(entries(lineOf({ memberships: [] })))).not.toContain("Log off …");
  });

  it("ends pauses in one queue or in all", () => {
    expect(texts(entries(lineOf({ memberships: [paused("support")] })))).toContain("Unpause");
    expect(texts(entries(lineOf({ memberships: [paused("support"), member("sales")] })))).toContain(
      "Unpause in support",
    );
    const both = entries(lineOf({ memberships: [paused("support"), paused("sales")] }));
    expect(texts(both)).toEqual(
      expect.arrayContaining(["Unpause in all queues", "Unpause in sales", "Unpause in support"]),
    );
    expect(texts(both)).not.toContain("Pause …");
    expect(both.find(({ text }) => text === "Unpause in all queues")?.act).toEqual({
      kind: "command",
      command: { type: "queuePause", agent: "1001", paused: false },
    });
  });

  it("leaves out what the grant lacks", () => {
    const offers = (command: { type: string }): boolean => command.type === "park";
    expect(texts(entries(lineOf({ status: "inuse", call }), { offers }))).toEqual([
      "Open the agent's page",
      "Park the call",
    ]);
  });

  it("says why nothing can be done just now; the agent's page can be opened all the same", () => {
    const [open, ...rest] = entries(lineOf({ call }), { blocked: "stale" });
    expect(open?.why).toBeNull();
    expect(rest.every(({ why }) => why === "stale")).toBe(true);
  });

  it("calls from one's own phone without asking which it is, and not oneself", () => {
    const other = entries(lineOf(), { self: "1007" }).find(({ text }) => text === "Call from my phone");
    expect(other?.act).toEqual({ kind: "command", command: { type: "originate", agent: "1007", to: "1001" } });
    expect(texts(entries(lineOf(), { self: "1001" })).some((text) => text.startsWith("Call"))).toBe(false);
  });
});
