import type { ServerFrame } from "@pbxis/shared";
import { ServerFrame as Frame } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { createRenderer, formatLine } from "./render.ts";

const at = 1_795_425_023_000;
const name = { type: "agentName", agent: "1001", name: "Ann", at };
const status = (value: string) => ({ type: "extensionStatus", agent: "1001", status: value, at });
const phone = (number: string | null, caller: string | null = null) => {
  const queueName = number === null ? null : "support";
  return { type: "phoneNumber", agent: "1001", number, name: caller, queueName, callId: null, at };
};
const member = (queue: string, value: string, pausedReason: string | null = null) => {
  const details = { deviceStatus: "not_inuse", pausedReason, penalty: 0, since: at, at };
  return { type: "queueMemberStatus", agent: "1001", queue, status: value, ...details };
};
const count = (value: number, longestWaitSince: number | null) => ({
  type: "queueCount",
  queue: "support",
  count: value,
  longestWaitSince,
  at,
});

const snapshot = (...events: unknown[]) =>
  Frame.parse({ type: "snapshot", cursor: "k-1", link: "up", asOf: at, events });
const live = (...events: unknown[]) => Frame.parse({ type: "events", cursor: "k-2", events });

/** The columns of the last frame's lines, after rendering the earlier frames. */
function shown(...frames: ServerFrame[]): string[] {
  const { render } = createRenderer();
  const lines = frames.map((frame) => render(frame, at)).at(-1) ?? [];
  return lines.map(({ agent, queue, text }) => [agent, queue, text].join(" | "));
}

const quiet = snapshot(name, status("not_inuse"), phone(null), member("support", "not_inuse"), count(0, null));

describe("the demo's lines", () => {
  it("show a snapshot in one line, and what is going on in it", () => {
    expect(shown(quiet)).toEqual([" |  | now: 1 queue, 1 agent; the PBX is connected"]);
    expect(shown(snapshot(name, status("inuse"), phone("5550123")))).toContain("1001 Ann | support | talking  5550123");
  });

  it("show a ringing phone in one line, although it causes several events", () => {
    const ring = live(count(1, at - 3000), phone("5550123", "Bea"), status("ringing"), member("support", "ringing"));
    expect(shown(quiet, ring)).toEqual([
      " | support | 1 waiting, the first for 3 s",
      "1001 Ann | support | ringing  Bea 5550123",
    ]);
  });

  it("show a pause once per queue, and no changes of the device state", () => {
    expect(shown(quiet, live(member("support", "paused", "Lunch")))).toEqual(["1001 Ann | support | paused: Lunch"]);
    expect(shown(quiet, live(member("support", "paused", "Lunch")), live(member("support", "inuse")))).toEqual([
      "1001 Ann | support | unpaused",
    ]);
    expect(shown(quiet, live(member("support", "inuse")))).toEqual([]);
  });

  it("contain no control characters of callers, and colours only on request", () => {
    const frame = live(status("ringing"), phone("5550123", "\u001b[2JBea"));
    expect(shown(quiet, frame)).toEqual(["1001 Ann | support | ringing  \ufffd[2JBea 5550123"]);
    const line = { at, agent: "1001", queue: "support", text: "ringing", tone: "ringing" } as const;
    expect(formatLine(line, false)).not.toContain("\u001b");
    expect(formatLine(line, true)).toContain("\u001b[33m");
  });
});
