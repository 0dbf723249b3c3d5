import { SiteCommand } from "@pbxis/shared";
import { expect, it } from "vitest";
import { isSameCommand } from "./same-command.ts";

const dial = { type: "originate", agent: "1001", to: "1" };
const park = { type: "park", agent: "1001" };
const add = { type: "queueAdd", queue: "support", agent: "1001" };
const pause = { type: "queuePause", agent: "1001" };

it.each<[object, object, boolean]>([
  [dial, { to: "1", agent: "1001", type: "originate" }, true],
  [dial, { ...dial, deadlineSeconds: 3 }, true],
  [dial, { ...dial, timeoutSeconds: 30, variables: {} }, true],
  [dial, { ...dial, timeoutSeconds: 31 }, false],
  [dial, { ...dial, variables: { CRM: "1" } }, false],
  [{ ...dial, variables: { A: "1", B: "2" } }, { ...dial, variables: { B: "2", A: "1" } }, true],
  [dial, { ...dial, to: "2" }, false],
  [park, { ...park, timeoutSeconds: 45 }, true],
  [park, { ...park, timeoutSeconds: 30 }, false],
  [add, { ...add, paused: false }, true],
  [add, { ...add, paused: true }, false],
  [add, { ...add, penalty: 0 }, false],
  [pause, { ...pause, paused: true }, true],
  [pause, { ...pause, paused: false }, false],
  [pause, { ...pause, queue: "support" }, false],
])("CM12 %j and %j are one command: %s", (one, other, isSame) => {
  expect(isSameCommand(SiteCommand.parse(one), SiteCommand.parse(other))).toBe(isSame);
  expect(isSameCommand(SiteCommand.parse(other), SiteCommand.parse(one))).toBe(isSame);
});
