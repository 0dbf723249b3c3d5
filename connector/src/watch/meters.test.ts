import { SiteCommand, type UplinkCommand } from "@pbxis/shared";
import { expect, it } from "vitest";
import type { AmiEvent } from "../ami/event/event.ts";
import { createMeters } from "./meters.ts";

const at = 1_795_425_000_000;
const command = (type: string): UplinkCommand => ({
  type: "command",
  id: "a",
  deadlineAt: at,
  reach: { agents: "*", queues: "*" },
  command: SiteCommand.parse({ type, agent: "1001" }),
});

it("counts the events of Asterisk, not those that the link makes", () => {
  const meters = createMeters();
  const events: AmiEvent[] = [
    { kind: "regenerationStarted", at },
    { kind: "deviceStateChange", device: "PJSIP/1001", state: "INUSE", at },
    { kind: "deviceStateChange", device: "PJSIP/1002", state: "INUSE", at },
    { kind: "malformed", event: "Hangup", at },
    { kind: "listCompleted", list: "queues", at },
  ];
  for (const event of events) meters.onAmiEvent(event);
  meters.onUp(at + 250);
  expect(meters.read()).toMatchObject({
    events: new Map([["deviceStateChange", 2]]),
    malformed: new Map([["Hangup", 1]]),
    regenerations: 1,
    regenerationMs: 250,
  });
});

it("counts commands by type and outcome", () => {
  const meters = createMeters();
  const error = { code: "not_found", message: "" } as const;
  meters.onCommand(command("hangup"), { status: "failed", error });
  meters.onCommand(command("hangup"), { status: "failed", error });
  meters.onCommand(command("queuePause"), { status: "done", result: {} });
  meters.onCommand(command("hangup"), { status: "unknown", error: { code: "outcome_unknown", message: "" } });
  expect(meters.read().commands).toEqual([
    { type: "hangup", outcome: "not_found", count: 2 },
    { type: "queuePause", outcome: "done", count: 1 },
    { type: "hangup", outcome: "unknown", count: 1 },
  ]);
});
