import { uplinkProtocol, uplinkSilenceMs } from "@pbxis/shared";
import { describe, expect, it } from "vitest";
import { type HelloVerdict, type Holder, judgeHello } from "./fencing.ts";

const now = 1_000_000;
const holder = (epoch: string, startedAt: number, silentMs = 0): Holder => ({
  epoch,
  startedAt,
  receivedAt: now - silentMs,
});

describe("UP3 fencing", () => {
  it.each<[string, Holder | null, HelloVerdict]>([
    ["no holder", null, { kind: "accept", old: "none" }],
    ["an earlier holder", holder("z", 99), { kind: "accept", old: "superseded" }],
    ["a later holder", holder("a", 101), { kind: "refuse", reason: "superseded" }],
    ["a holder of the same time and a lower epoch", holder("l", 100), { kind: "accept", old: "superseded" }],
    ["a holder of the same time and a higher epoch", holder("n", 100), { kind: "refuse", reason: "superseded" }],
    ["its own old socket", holder("m", 100), { kind: "accept", old: "replaced" }],
    ["a later holder, just not silent", holder("a", 101, uplinkSilenceMs), { kind: "refuse", reason: "superseded" }],
    ["a later holder, silent", holder("a", 101, uplinkSilenceMs + 1), { kind: "accept", old: "superseded" }],
  ])("%s", (_title, held, verdict) => {
    const hello = {
      type: "hello",
      protocol: uplinkProtocol,
      epoch: "m",
      startedAt: 100,
      connectorVersion: "0",
    } as const;
    expect(judgeHello(hello, held, now)).toEqual(verdict);
  });

  it("UP8 another protocol is refused before anything else", () => {
    const hello = {
      type: "hello",
      protocol: uplinkProtocol + 1,
      epoch: "m",
      startedAt: 100,
      connectorVersion: "0",
    } as const;
    expect(judgeHello(hello, null, now)).toEqual({ kind: "refuse", reason: "protocol_mismatch" });
  });
});
