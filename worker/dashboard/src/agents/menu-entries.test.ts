import { describe, expect, it } from "vitest";
import { displayOf, member } from "../testing/agents.ts";
import { type MenuEntry, menuEntriesOf } from "./menu-entries.ts";
import { choicesOf } from "./queue-choice.ts";

type Context = Parameters<typeof menuEntriesOf>[2];
const anything: Context = { offers: () => true, isPending: () => false, blocked: null, self: null };
const call = { number: "555", name: null, queueName: null, callId: null, uniqueId: null };
const paused = (queue: string) => member(queue, { status: "paused" });
const queues = ["billing", "sales", "support"];

function entries(display: ReturnType<typeof displayOf>, context: Partial<Context> = {}): readonly MenuEntry[] {
  return menuEntriesOf(display, choicesOf(display, queues), { ...anything, ...context });
}
const texts = (all: readonly MenuEntry[]): string[] => all.map(({ text }) => text);

describe("a card's menu", () => {
  it("offers what is possible in the agent's state", () => {
    expect(texts(entries(displayOf()))).toEqual([
      "Open agent page",
      "Call from my phone…",
      "Pause…",
      "Log on…",
      "Log off…",
    ]);
    expect(texts(entries(displayOf({ status: "inuse", call })))).toEqual(
      expect.arrayContaining(["Transfer call…", "Park call", "Hang up"]),
    );
    const ringing = texts(entries(displayOf({ status: "ringing", call })));
    expect(ringing).toContain("Hang up");
    expect(ringing).not.toContain("Park call");
    expect(texts(entries(displayOf({ memberships: [] })))).not.toContain("Log off…");
  });

  it("ends pauses in one queue or in all", () => {
    expect(texts(entries(displayOf({ memberships: [paused("support")] })))).toContain("Unpause");
    expect(texts(entries(displayOf({ memberships: [paused("support"), member("sales")] })))).toContain(
      "Unpause in support",
    );
    const both = entries(displayOf({ memberships: [paused("support"), paused("sales")] }));
    expect(texts(both)).toEqual(
      expect.arrayContaining(["Unpause in all queues", "Unpause in sales", "Unpause in support"]),
    );
    expect(texts(both)).not.toContain("Pause…");
    expect(both.find(({ text }) => text === "Unpause in all queues")?.action).toEqual({
      kind: "command",
      command: { type: "queuePause", agent: "1001", paused: false },
      call: null,
    });
  });

  it("CM10 commands about the call mean the one that the card shows", () => {
    const menu = entries(displayOf({ status: "inuse", call }));
    const actionOf = (name: string) => menu.find(({ text }) => text === name)?.action;
    expect(actionOf("Hang up")).toMatchObject({ kind: "command", call });
    expect(actionOf("Park call")).toMatchObject({ kind: "command", call });
    expect(actionOf("Transfer call…")).toMatchObject({ kind: "form", form: { call } });
  });

  it("CM21 CM22 CM23 offers what the call's recording and the agent's microphone allow", () => {
    const offered = (more: object) => texts(entries(displayOf({ status: "inuse", call: { ...call, ...more } })));
    expect(offered({})).toEqual(expect.arrayContaining(["Listen in…", "Mute"]));
    expect(offered({}).filter((text) => text.endsWith("recording"))).toEqual([]);
    expect(offered({ recording: "on" })).toContain("Pause recording");
    expect(offered({ recording: "paused", muted: true })).toEqual(
      expect.arrayContaining(["Resume recording", "Unmute"]),
    );
    const menu = entries(displayOf({ status: "inuse", call: { ...call, recording: "on" } }));
    expect(menu.find(({ text }) => text === "Pause recording")?.action).toMatchObject({ kind: "command", call });
    expect(texts(entries(displayOf({ status: "inuse", call }), { self: "1001" }))).not.toContain("Listen in…");
    expect(texts(entries(displayOf({ status: "ringing", call })))).not.toContain("Mute");
  });

  it("CM20 in an attended transfer offers its three ends, and nothing that would complete it by mistake", () => {
    const consulting = texts(entries(displayOf({ status: "inuse", call: { ...call, consulting: "1005" } })));
    expect(consulting).toEqual(
      expect.arrayContaining(["Complete transfer to 1005", "Join all three", "Cancel transfer", "Mute"]),
    );
    for (const text of ["Hang up", "Park call", "Transfer call…"]) expect(consulting).not.toContain(text);
  });

  it("CM24 offers to pick up a call that rings", () => {
    const ringing = displayOf({ status: "ringing", call });
    expect(texts(entries(ringing))).toContain("Pick up…");
    const own = entries(ringing, { self: "1007" }).find(({ text }) => text === "Pick up");
    expect(own?.action).toMatchObject({ command: { type: "pickup", agent: "1007", of: "1001" }, call });
    expect(texts(entries(ringing, { self: "1001" }))).not.toContain("Pick up");
    expect(texts(entries(displayOf({ status: "inuse", call })))).not.toContain("Pick up…");
  });

  it("omits what the token does not grant", () => {
    const offers = (command: { type: string }): boolean => command.type === "park";
    expect(texts(entries(displayOf({ status: "inuse", call }), { offers }))).toEqual(["Open agent page", "Park call"]);
  });

  it("gives the reason while commands are blocked, except for opening the agent page", () => {
    const [open, ...rest] = entries(displayOf({ call }), { blocked: "stale" });
    expect(open?.why).toBeNull();
    expect(rest.every(({ why }) => why === "stale")).toBe(true);
  });

  it("calls from the user's own phone if the token names it, and never calls the user", () => {
    const other = entries(displayOf(), { self: "1007" }).find(({ text }) => text === "Call from my phone");
    expect(other?.action).toEqual({
      kind: "command",
      command: { type: "originate", agent: "1007", to: "1001" },
      call: null,
    });
    expect(texts(entries(displayOf(), { self: "1001" })).some((text) => text.startsWith("Call"))).toBe(false);
  });
});
